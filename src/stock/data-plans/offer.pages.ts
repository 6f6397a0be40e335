import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { addOffer, retireOffer } from './offer.commands.ts';
import { listOffers } from './offer.queries.ts';
import { NewOffer } from './offer.schemas.ts';

const here = '/settings/data-offers';
const words = {
  network: 'Enter the network',
  durationMonths: 'Enter for how many months it runs',
};

/** /settings/data-offers: what networks give, to choose from when a SIM is recorded. */
export function offerPages(app: App, deps: Deps): void {
  app.get(here, { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('stock/data-plans/views/offers.njk', await offersView(newForm())),
  );

  app.post(here, { config: { action: 'settings.change' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      await addOffer(deps, request.ctx, fields(NewOffer, typed, words));
      return reply.done(here, { text: 'The offer is added. It can be chosen for the next SIM.' });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('stock/data-plans/views/offers.njk', await offersView(form));
    }
  });

  app.post(
    `${here}/:id/retirements`,
    { config: { action: 'settings.change' }, schema: { params: idParams } },
    async (request, reply) => {
      await retireOffer(deps, request.ctx, request.params.id);
      return reply.done(here, { text: 'The offer is retired. Plans that run stay as they are.' });
    },
  );

  async function offersView(form: Form) {
    const offers = await listOffers(deps.db, { retired: true });
    return {
      form,
      offered: offers.filter(({ retiredAt }) => !retiredAt),
      retired: offers.filter(({ retiredAt }) => retiredAt),
    };
  }
}

import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { fields } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
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
  formPage(app, here, {
    reads: 'settings.read',
    action: 'settings.change',
    view: 'stock/data-plans/views/offers.njk',
    async show() {
      const offers = await listOffers(deps.db, { retired: true });
      return {
        offered: offers.filter(({ retiredAt }) => !retiredAt),
        retired: offers.filter(({ retiredAt }) => retiredAt),
      };
    },
    async take(typed, { ctx }) {
      await addOffer(deps, ctx, fields(NewOffer, typed, words));
      return { href: here, text: 'The offer is added. It can be chosen for the next SIM.' };
    },
  });

  submit(app, `${here}/:id/retirements`, {
    action: 'settings.change',
    params: idParams,
    async take(_typed, { ctx, params }) {
      await retireOffer(deps, ctx, params.id);
      return { href: here, text: 'The offer is retired. Plans that run stay as they are.' };
    },
  });
}

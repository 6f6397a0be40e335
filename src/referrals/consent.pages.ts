import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { fields, refused, typedIn } from '../web/forms.ts';
import { recordConsent } from './consent.commands.ts';
import { NewConsent } from './consent.schemas.ts';
import { referralView } from './referral.view.ts';

const words = { source: 'Choose who said so', saidOn: 'Enter the day on which it was said' };

/** /referrals/:id: the patient says otherwise of whether the clinic may be told how it goes. */
export function consentPages(app: App, deps: Deps): void {
  app.post(
    '/referrals/:id/consents',
    { config: { action: 'referrals.decide' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const said = fields(NewConsent, typed, words);
        await recordConsent(deps, request.ctx, id, said);
        return reply.done(`/referrals/${id}`, {
          text: said.shareBackWithClinic
            ? 'It is recorded. The clinic may be told how it goes.'
            : 'It is recorded. The clinic is told no more.',
        });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'consent' };
        return reply
          .code(form.status)
          .page('referrals/views/referral.njk', await referralView(deps, request.ctx, id, undefined, form));
      }
    },
  );
}

import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fields } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { recordConsent } from './consent.commands.ts';
import { NewConsent } from './consent.schemas.ts';
import { referralPage } from './referral.view.ts';

const words = { source: 'Choose who said so', saidOn: 'Enter the day on which it was said' };

/** /referrals/:id: the patient says otherwise of whether the clinic may be told how it goes. */
export function consentPages(app: App, deps: Deps): void {
  submit(app, '/referrals/:id/consents', {
    ...referralPage(deps),
    action: 'referrals.decide',
    prefix: 'consent',
    async take(typed, { ctx, params: { id } }) {
      const said = fields(NewConsent, typed, words);
      await recordConsent(deps, ctx, id, said);
      return {
        href: `/referrals/${id}`,
        text: said.shareBackWithClinic
          ? 'It is recorded. The clinic may be told how it goes.'
          : 'It is recorded. The clinic is told no more.',
      };
    },
  });
}

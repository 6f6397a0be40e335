import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import type { Typed } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { decideProposals } from './proposal.commands.ts';
import { listProposals } from './proposal.queries.ts';
import type { NewProposalDecisions } from './proposal.schemas.ts';
import { referralPage } from './referral.view.ts';

/** /referrals/:id: an officer decides what a later referral says of a person. */
export function proposalPages(app: App, deps: Deps): void {
  submit(app, '/referrals/:id/proposal-decisions', {
    ...referralPage(deps),
    action: 'patients.change',
    prefix: 'proposals',
    async take(typed, { ctx, params: { id } }) {
      const decisions = chosen(typed);
      if (!decisions.length) {
        const first = (await listProposals(deps.db, id)).find(({ decision }) => !decision);
        throw invalid({
          pointer: `/decide-${first?.id}`,
          message: 'Choose for at least one thing whether to take it over.',
        });
      }
      const { open } = await decideProposals(deps, ctx, id, { decisions });
      return {
        href: `/referrals/${id}`,
        text: open
          ? 'Your decisions are kept. The rest is still open.'
          : 'Everything this referral says of the person is decided.',
      };
    },
  });
}

/** What was chosen, each under the name `decide-` and its id; what has no choice stays open. */
function chosen(typed: Typed): NewProposalDecisions['decisions'] {
  return Object.entries(typed).flatMap(([name, decision]) =>
    name.startsWith('decide-') && (decision === 'accept' || decision === 'reject')
      ? [{ proposalId: name.slice('decide-'.length), decision }]
      : [],
  );
}

import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { refused, type Typed, typedIn } from '../web/forms.ts';
import { decideProposals } from './proposal.commands.ts';
import { listProposals } from './proposal.queries.ts';
import type { NewProposalDecisions } from './proposal.schemas.ts';
import { referralView } from './referral.view.ts';

/** /referrals/:id: an officer decides what a later referral says of a person. */
export function proposalPages(app: App, deps: Deps): void {
  app.post(
    '/referrals/:id/proposal-decisions',
    { config: { action: 'patients.change' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const decisions = chosen(typed);
        if (!decisions.length) {
          const first = (await listProposals(deps.db, id)).find(({ decision }) => !decision);
          throw invalid({
            pointer: `/decide-${first?.id}`,
            message: 'Choose for at least one thing whether to take it over.',
          });
        }
        const { open } = await decideProposals(deps, request.ctx, id, { decisions });
        return reply.done(`/referrals/${id}`, {
          text: open
            ? 'Your decisions are kept. The rest is still open.'
            : 'Everything this referral says of the person is decided.',
        });
      } catch (error) {
        const form = { ...refused(typed, error), prefix: 'proposals' };
        return reply
          .code(form.status)
          .page('referrals/views/referral.njk', await referralView(deps, request.ctx, id, undefined, form));
      }
    },
  );
}

/** What was chosen, each under the name `decide-` and its id; what has no choice stays open. */
function chosen(typed: Typed): NewProposalDecisions['decisions'] {
  return Object.entries(typed).flatMap(([name, decision]) =>
    name.startsWith('decide-') && (decision === 'accept' || decision === 'reject')
      ? [{ proposalId: name.slice('decide-'.length), decision }]
      : [],
  );
}

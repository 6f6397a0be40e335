import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { decideProposals } from './proposal.commands.ts';
import { listProposals } from './proposal.queries.ts';
import { NewProposalDecisions, Proposals, ProposalsDecided } from './proposal.schemas.ts';
import { getReferral } from './referral.queries.ts';

const tags = ['Referrals'];

/** /referrals/:id/proposals: what a later referral says of a person who was known already. For staff only. */
export function proposalRoutes(app: App, deps: Deps): void {
  reads(app, '/referrals/:id/proposals', {
    action: 'patients.read',
    operationId: 'listProposals',
    summary: 'What a referral says of a person otherwise than their record; the look is logged',
    tags,
    params: idParams,
    gives: Proposals,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { patient } = await getReferral(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, patient.id, 'referral');
      return { items: await listProposals(deps.db, params.id) };
    },
  });

  creates(app, '/referrals/:id/proposal-decisions', {
    action: 'patients.change',
    operationId: 'decideProposals',
    summary: 'Take over what a referral says of a person, or leave the record as it is, thing by thing',
    tags,
    params: idParams,
    body: NewProposalDecisions,
    gives: ProposalsDecided,
    problems: ['not-found', 'invalid', 'proposal-decided'],
    call: ({ ctx, params, body }) => decideProposals(deps, ctx, params.id, body),
  });
}

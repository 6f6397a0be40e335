import { logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { decideProposals } from './proposal.commands.ts';
import { listProposals } from './proposal.queries.ts';
import { NewProposalDecisions, Proposals, ProposalsDecided } from './proposal.schemas.ts';
import { getReferral } from './referral.queries.ts';

const tags = ['Referrals'];

/** /referrals/:id/proposals: what a later referral says of a person who was known already. For staff only. */
export function proposalRoutes(app: App, deps: Deps): void {
  app.get(
    '/referrals/:id/proposals',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listProposals',
        summary: 'What a referral says of a person otherwise than their record; the look is logged',
        tags,
        params: idParams,
        response: { 200: Proposals, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { patient } = await getReferral(deps.db, request.ctx.actor, request.params.id);
      await logAccess(deps, request.ctx, patient.id, 'referral');
      return { items: await listProposals(deps.db, request.params.id) };
    },
  );

  app.post(
    '/referrals/:id/proposal-decisions',
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'decideProposals',
        summary: 'Take over what a referral says of a person, or leave the record as it is, thing by thing',
        tags,
        params: idParams,
        body: NewProposalDecisions,
        response: { 201: ProposalsDecided, ...problemReplies('not-found', 'invalid', 'proposal-decided') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await decideProposals(deps, request.ctx, request.params.id, request.body)),
  );
}

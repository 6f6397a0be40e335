import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { getReferral } from '../referral.queries.ts';
import { allocateDevice } from './allocation.commands.ts';
import { listAllocations } from './allocation.queries.ts';
import {
  Allocated,
  AllocationList,
  AllocationQuery,
  NewAllocation,
  NewRelease,
  Released,
} from './allocation.schemas.ts';
import { releaseAllocation } from './release.commands.ts';

const tags = ['Waiting list'];

/** /allocations: devices held for referrals. */
export function allocationRoutes(app: App, deps: Deps): void {
  app.post(
    '/referrals/:id/allocations',
    {
      config: { action: 'waiting-list.allocate' },
      schema: {
        operationId: 'allocateDevice',
        summary: 'Hold a ready device for a referral; passing over who has waited longer needs a reason',
        tags,
        params: idParams,
        body: NewAllocation,
        response: {
          201: Allocated,
          ...problemReplies(
            'not-found',
            'invalid',
            'device-not-available',
            'referral-not-waiting',
            'allocation-refused',
            'someone-waits-longer',
          ),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await allocateDevice(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/referrals/:id/allocations',
    {
      config: { action: 'waiting-list.read' },
      schema: {
        operationId: 'listAllocationsOfReferral',
        summary: 'What is and was held for a referral, newest first',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: AllocationList, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getReferral(deps.db, request.ctx.actor, request.params.id);
      return sendPage(request, reply, listAllocations(deps.db, { ...request.query, referralId: id }));
    },
  );

  app.get(
    '/allocations',
    {
      config: { action: 'waiting-list.read' },
      schema: {
        operationId: 'listAllocations',
        summary: 'Devices held for referrals, newest first',
        tags,
        querystring: AllocationQuery,
        response: { 200: AllocationList },
      },
    },
    (request, reply) => sendPage(request, reply, listAllocations(deps.db, request.query)),
  );

  app.post(
    '/allocations/:id/releases',
    {
      config: { action: 'waiting-list.allocate' },
      schema: {
        operationId: 'releaseAllocation',
        summary: 'Let a held device go; it is ready for anyone again',
        tags,
        params: idParams,
        body: NewRelease,
        response: { 201: Released, ...problemReplies('not-found', 'invalid', 'allocation-ended') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await releaseAllocation(deps, request.ctx, request.params.id, request.body)),
  );
}

import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { creates, lists } from '../../shared/routes.ts';
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
  creates(app, '/referrals/:id/allocations', {
    action: 'waiting-list.allocate',
    operationId: 'allocateDevice',
    summary: 'Hold a ready device for a referral; passing over who has waited longer needs a reason',
    tags,
    params: idParams,
    body: NewAllocation,
    gives: Allocated,
    problems: [
      'not-found',
      'invalid',
      'device-not-available',
      'referral-not-waiting',
      'allocation-refused',
      'someone-waits-longer',
    ],
    call: ({ ctx, params, body }) => allocateDevice(deps, ctx, params.id, body),
  });

  lists(app, '/referrals/:id/allocations', {
    action: 'waiting-list.read',
    operationId: 'listAllocationsOfReferral',
    summary: 'What is and was held for a referral, newest first',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: AllocationList,
    problems: ['not-found'],
    async call({ ctx, params, query }) {
      const { id } = await getReferral(deps.db, ctx.actor, params.id);
      return listAllocations(deps.db, { ...query, referralId: id });
    },
  });

  lists(app, '/allocations', {
    action: 'waiting-list.read',
    operationId: 'listAllocations',
    summary: 'Devices held for referrals, newest first',
    tags,
    querystring: AllocationQuery,
    gives: AllocationList,
    call: ({ query }) => listAllocations(deps.db, query),
  });

  creates(app, '/allocations/:id/releases', {
    action: 'waiting-list.allocate',
    operationId: 'releaseAllocation',
    summary: 'Let a held device go; it is ready for anyone again',
    tags,
    params: idParams,
    body: NewRelease,
    gives: Released,
    problems: ['not-found', 'invalid', 'allocation-ended'],
    call: ({ ctx, params, body }) => releaseAllocation(deps, ctx, params.id, body),
  });
}

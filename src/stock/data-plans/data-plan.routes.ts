import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { changePlan, planTag } from './change.commands.ts';
import { DataPlanChange, DataPlanChanged } from './change.schemas.ts';
import { activatePlan, renewPlan, resumePlan, suspendPlan } from './course.commands.ts';
import { fitDataPlan, recordDataPlan } from './data-plan.commands.ts';
import { getPlan, listPlans } from './data-plan.queries.ts';
import {
  DataPlan,
  DataPlanFitted,
  DataPlanHistory,
  DataPlanList,
  DataPlanQuery,
  DataPlanState,
  NewActivation,
  NewDataPlan,
  NewEnding,
  NewFitting,
  NewRemoval,
  NewRenewal,
  NewSuspension,
} from './data-plan.schemas.ts';
import { endPlan } from './ending.commands.ts';
import { fitPlan, removePlan } from './placing.commands.ts';

const tags = ['Data plans'];
const refusals = ['not-found', 'invalid', 'data-plan-state'] as const;

/** /data-plans: SIMs with what they give, in devices or in the drawer; and /devices/{id}/data-plans. */
export function dataPlanRoutes(app: App, deps: Deps): void {
  creates(app, '/devices/:id/data-plans', {
    action: 'devices.fit-data',
    operationId: 'fitDataPlan',
    summary: 'Record a SIM with its data plan and fit it to a device',
    tags,
    params: idParams,
    body: NewDataPlan,
    gives: DataPlanFitted,
    problems: ['not-found', 'invalid', 'data-plan-in-use', 'device-move-refused'],
    call: ({ ctx, params, body }) => fitDataPlan(deps, ctx, params.id, body),
  });

  lists(app, '/data-plans', {
    action: 'data-plans.read',
    operationId: 'listDataPlans',
    summary: 'Data plans, newest first; those ending soon by the day they end',
    tags,
    querystring: DataPlanQuery,
    gives: DataPlanList,
    call: ({ query }) => listPlans(deps.db, deps.clock, query),
  });

  creates(app, '/data-plans', {
    action: 'data-plans.manage',
    operationId: 'recordDataPlan',
    summary: 'Record a SIM with its data plan that lies in the drawer',
    tags,
    body: NewDataPlan,
    gives: DataPlanFitted,
    problems: ['invalid', 'data-plan-in-use'],
    call: ({ ctx, body }) => recordDataPlan(deps, ctx, body),
    location: (recorded) => `/data-plans/${recorded.id}`,
  });

  reads(app, '/data-plans/:id', {
    action: 'data-plans.read',
    operationId: 'getDataPlan',
    summary: 'One data plan with its device',
    tags,
    params: idParams,
    gives: DataPlan,
    problems: ['not-found'],
    call: ({ params }) => getPlan(deps.db, deps.clock, params.id),
    etag: planTag,
  });

  changes(app, '/data-plans/:id', {
    action: 'data-plans.manage',
    operationId: 'changeDataPlan',
    summary: 'Correct what was recorded of a SIM and its data plan',
    tags,
    params: idParams,
    versioned: true,
    body: DataPlanChange,
    gives: DataPlanChanged,
    problems: ['not-found', 'invalid', 'data-plan-in-use'],
    async call({ ctx, params, body }) {
      const { changed: _changed, ...plan } = await changePlan(deps, ctx, params.id, body);
      return plan;
    },
    etag: planTag,
  });

  lists(app, '/data-plans/:id/history', {
    action: 'data-plans.read',
    operationId: 'getDataPlanHistory',
    summary: 'What happened to a data plan, newest first',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: DataPlanHistory,
    problems: ['not-found'],
    async call({ params, query }) {
      await getPlan(deps.db, deps.clock, params.id);
      return timelineOf(deps.db, params.id, query);
    },
  });

  creates(app, '/data-plans/:id/fittings', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'fitRecordedDataPlan',
    summary: 'Put a SIM into a device, from the drawer or out of another device',
    body: NewFitting,
    gives: DataPlanState,
    problems: ['not-found', 'invalid', 'data-plan-state', 'data-plan-in-use', 'device-move-refused'],
    call: ({ ctx, params, body }) => fitPlan(deps, ctx, params.id, body),
  });

  creates(app, '/data-plans/:id/removals', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'removeDataPlan',
    summary: 'Take a SIM out of its device; on loan, the number on it stops',
    body: NewRemoval,
    gives: DataPlanState,
    problems: refusals,
    call: ({ ctx, params, body }) => removePlan(deps, ctx, params.id, body),
  });

  creates(app, '/data-plans/:id/activations', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'activateDataPlan',
    summary: 'Start the clock of a data plan, once',
    body: NewActivation,
    gives: DataPlanState,
    problems: refusals,
    call: ({ ctx, params, body }) => activatePlan(deps, ctx, params.id, body),
  });

  creates(app, '/data-plans/:id/renewals', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'renewDataPlan',
    summary: 'Make a data plan run longer',
    body: NewRenewal,
    gives: DataPlanState,
    problems: refusals,
    call: ({ ctx, params, body }) => renewPlan(deps, ctx, params.id, body),
  });

  creates(app, '/data-plans/:id/suspensions', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'suspendDataPlan',
    summary: 'Suspend a SIM; the number on it stays',
    body: NewSuspension,
    gives: DataPlanState,
    problems: refusals,
    call: ({ ctx, params, body }) => suspendPlan(deps, ctx, params.id, body),
  });

  creates(app, '/data-plans/:id/resumptions', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'resumeDataPlan',
    summary: 'Put a suspended SIM back into use',
    gives: DataPlanState,
    problems: ['not-found', 'data-plan-state'],
    call: ({ ctx, params }) => resumePlan(deps, ctx, params.id),
  });

  creates(app, '/data-plans/:id/endings', {
    action: 'data-plans.manage',
    tags,
    params: idParams,
    operationId: 'endDataPlan',
    summary: 'End a data plan for good; on loan, the number on its SIM stops',
    body: NewEnding,
    gives: DataPlanState,
    problems: refusals,
    call: ({ ctx, params, body }) => endPlan(deps, ctx, params.id, body),
  });
}

import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
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
const changed = {
  201: DataPlanState,
  ...problemReplies('not-found', 'invalid', 'data-plan-state'),
};

/** /data-plans: SIMs with what they give, in devices or in the drawer; and /devices/{id}/data-plans. */
export function dataPlanRoutes(app: App, deps: Deps): void {
  app.post(
    '/devices/:id/data-plans',
    {
      config: { action: 'devices.fit-data' },
      schema: {
        operationId: 'fitDataPlan',
        summary: 'Record a SIM with its data plan and fit it to a device',
        tags,
        params: idParams,
        body: NewDataPlan,
        response: {
          201: DataPlanFitted,
          ...problemReplies('not-found', 'invalid', 'data-plan-in-use', 'device-move-refused'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await fitDataPlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/data-plans',
    {
      config: { action: 'data-plans.read' },
      schema: {
        operationId: 'listDataPlans',
        summary: 'Data plans, newest first; those ending soon by the day they end',
        tags,
        querystring: DataPlanQuery,
        response: { 200: DataPlanList },
      },
    },
    (request, reply) => sendPage(request, reply, listPlans(deps.db, deps.clock, request.query)),
  );

  app.post(
    '/data-plans',
    {
      config: { action: 'data-plans.manage' },
      schema: {
        operationId: 'recordDataPlan',
        summary: 'Record a SIM with its data plan that lies in the drawer',
        tags,
        body: NewDataPlan,
        response: { 201: DataPlanFitted, ...problemReplies('invalid', 'data-plan-in-use') },
      },
    },
    async (request, reply) => {
      const recorded = await recordDataPlan(deps, request.ctx, request.body);
      return reply.code(201).header('location', `/api/v1/data-plans/${recorded.id}`).send(recorded);
    },
  );

  app.get(
    '/data-plans/:id',
    {
      config: { action: 'data-plans.read' },
      schema: {
        operationId: 'getDataPlan',
        summary: 'One data plan with its device',
        tags,
        params: idParams,
        response: { 200: DataPlan, ...problemReplies('not-found') },
      },
    },
    (request) => getPlan(deps.db, deps.clock, request.params.id),
  );

  app.get(
    '/data-plans/:id/history',
    {
      config: { action: 'data-plans.read' },
      schema: {
        operationId: 'getDataPlanHistory',
        summary: 'What happened to a data plan, newest first',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: DataPlanHistory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      await getPlan(deps.db, deps.clock, request.params.id);
      return sendPage(request, reply, timelineOf(deps.db, request.params.id, request.query));
    },
  );

  const config = { action: 'data-plans.manage' } as const;
  const of = { tags, params: idParams };
  app.post(
    '/data-plans/:id/fittings',
    {
      config,
      schema: {
        ...of,
        operationId: 'fitRecordedDataPlan',
        summary: 'Put a SIM into a device, from the drawer or out of another device',
        body: NewFitting,
        response: {
          201: DataPlanState,
          ...problemReplies(
            'not-found',
            'invalid',
            'data-plan-state',
            'data-plan-in-use',
            'device-move-refused',
          ),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await fitPlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/data-plans/:id/removals',
    {
      config,
      schema: {
        ...of,
        operationId: 'removeDataPlan',
        summary: 'Take a SIM out of its device; on loan, the number on it stops',
        body: NewRemoval,
        response: changed,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await removePlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/data-plans/:id/activations',
    {
      config,
      schema: {
        ...of,
        operationId: 'activateDataPlan',
        summary: 'Start the clock of a data plan, once',
        body: NewActivation,
        response: changed,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await activatePlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/data-plans/:id/renewals',
    {
      config,
      schema: {
        ...of,
        operationId: 'renewDataPlan',
        summary: 'Make a data plan run longer',
        body: NewRenewal,
        response: changed,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await renewPlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/data-plans/:id/suspensions',
    {
      config,
      schema: {
        ...of,
        operationId: 'suspendDataPlan',
        summary: 'Suspend a SIM; the number on it stays',
        body: NewSuspension,
        response: changed,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await suspendPlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/data-plans/:id/resumptions',
    {
      config,
      schema: {
        ...of,
        operationId: 'resumeDataPlan',
        summary: 'Put a suspended SIM back into use',
        response: {
          201: DataPlanState,
          ...problemReplies('not-found', 'data-plan-state'),
        },
      },
    },
    async (request, reply) => reply.code(201).send(await resumePlan(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/data-plans/:id/endings',
    {
      config,
      schema: {
        ...of,
        operationId: 'endDataPlan',
        summary: 'End a data plan for good; on loan, the number on its SIM stops',
        body: NewEnding,
        response: changed,
      },
    },
    async (request, reply) =>
      reply.code(201).send(await endPlan(deps, request.ctx, request.params.id, request.body)),
  );
}

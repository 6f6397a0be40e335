import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies } from '../shared/http.ts';
import { givePlan, stopSupport } from './patient-plan.commands.ts';
import { listPatientPlans } from './patient-plan.queries.ts';
import { addPlan, changePlan } from './plan.commands.ts';
import { getPlan, listPlans } from './plan.queries.ts';
import {
  NewPatientPlan,
  NewPlan,
  NewSupportStop,
  PatientPlanGiven,
  PatientPlanList,
  PlanChange,
  SupportPlanList,
  SupportPlanQuery,
  SupportPlanVersions,
  SupportStopped,
} from './plan.schemas.ts';

const tags = ['Support'];

/** /support-plans as data, and the plans that a patient has. */
export function planRoutes(app: App, deps: Deps): void {
  app.get(
    '/support-plans',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'listSupportPlans',
        summary: 'The support plans by name, each with the version that begins now',
        tags,
        querystring: SupportPlanQuery,
        response: { 200: SupportPlanList },
      },
    },
    async (request) => ({ items: await listPlans(deps.db, request.query) }),
  );

  app.get(
    '/support-plans/:id',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getSupportPlan',
        summary: 'One support plan with its earlier versions',
        tags,
        params: idParams,
        response: { 200: SupportPlanVersions, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const plan = await getPlan(deps.db, request.params.id);
      return reply.header('etag', etagOf(plan.id, plan.changedAt)).send(plan);
    },
  );

  app.post(
    '/support-plans',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addSupportPlan',
        summary: 'Add a support plan',
        tags,
        body: NewPlan,
        response: { 201: SupportPlanVersions, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const plan = await addPlan(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/support-plans/${plan.id}`)
        .header('etag', etagOf(plan.id, plan.changedAt))
        .send(plan);
    },
  );

  app.patch(
    '/support-plans/:id',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeSupportPlan',
        summary:
          'Rename a support plan, give it other steps as a new version, make it a default, or retire it',
        tags,
        params: idParams,
        headers: ifMatch,
        body: PlanChange,
        response: {
          200: SupportPlanVersions,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const plan = await changePlan(deps, request.ctx, id, request.body, request.headers['if-match']);
      return reply.header('etag', etagOf(plan.id, plan.changedAt)).send(plan);
    },
  );

  app.get(
    '/patients/:id/support-plans',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listPatientPlans',
        summary: 'The support plans that a patient has and had, newest first',
        tags,
        params: idParams,
        response: { 200: PatientPlanList, ...problemReplies('not-found') },
      },
    },
    async (request) => ({ items: await listPatientPlans(deps.db, request.params.id) }),
  );

  app.post(
    '/patients/:id/support-plans',
    {
      config: { action: 'follow-ups.plan' },
      schema: {
        operationId: 'givePatientPlan',
        summary:
          'Give a patient a support plan, or another in place of the one that runs; what is ahead is planned anew',
        tags,
        params: idParams,
        body: NewPatientPlan,
        response: {
          201: PatientPlanGiven,
          ...problemReplies('not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await givePlan(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/patients/:id/support-stops',
    {
      config: { action: 'follow-ups.plan' },
      schema: {
        operationId: 'stopSupport',
        summary: 'End a patient’s support because they wish it, with the reason',
        tags,
        params: idParams,
        body: NewSupportStop,
        response: {
          201: SupportStopped,
          ...problemReplies('not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await stopSupport(deps, request.ctx, request.params.id, request.body)),
  );
}

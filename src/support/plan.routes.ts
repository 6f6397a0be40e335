import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, reads } from '../shared/routes.ts';
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
  reads(app, '/support-plans', {
    action: 'settings.read',
    operationId: 'listSupportPlans',
    summary: 'The support plans by name, each with the version that begins now',
    tags,
    querystring: SupportPlanQuery,
    gives: SupportPlanList,
    call: async ({ query }) => ({ items: await listPlans(deps.db, query) }),
  });

  reads(app, '/support-plans/:id', {
    action: 'settings.read',
    operationId: 'getSupportPlan',
    summary: 'One support plan with its earlier versions',
    tags,
    params: idParams,
    gives: SupportPlanVersions,
    problems: ['not-found'],
    call: ({ params }) => getPlan(deps.db, params.id),
    etag: (plan) => etagOf(plan.id, plan.changedAt),
  });

  creates(app, '/support-plans', {
    action: 'settings.change',
    operationId: 'addSupportPlan',
    summary: 'Add a support plan',
    tags,
    body: NewPlan,
    gives: SupportPlanVersions,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addPlan(deps, ctx, body),
    etag: (plan) => etagOf(plan.id, plan.changedAt),
    location: (plan) => `/support-plans/${plan.id}`,
  });

  changes(app, '/support-plans/:id', {
    action: 'settings.change',
    operationId: 'changeSupportPlan',
    summary: 'Rename a support plan, give it other steps as a new version, make it a default, or retire it',
    tags,
    params: idParams,
    versioned: true,
    body: PlanChange,
    gives: SupportPlanVersions,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params: { id }, body }) => changePlan(deps, ctx, id, body),
    etag: (plan) => etagOf(plan.id, plan.changedAt),
  });

  reads(app, '/patients/:id/support-plans', {
    action: 'patients.read',
    operationId: 'listPatientPlans',
    summary: 'The support plans that a patient has and had, newest first',
    tags,
    params: idParams,
    gives: PatientPlanList,
    problems: ['not-found'],
    call: async ({ params }) => ({ items: await listPatientPlans(deps.db, params.id) }),
  });

  creates(app, '/patients/:id/support-plans', {
    action: 'follow-ups.plan',
    operationId: 'givePatientPlan',
    summary:
      'Give a patient a support plan, or another in place of the one that runs; what is ahead is planned anew',
    tags,
    params: idParams,
    body: NewPatientPlan,
    gives: PatientPlanGiven,
    problems: ['not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => givePlan(deps, ctx, params.id, body),
  });

  creates(app, '/patients/:id/support-stops', {
    action: 'follow-ups.plan',
    operationId: 'stopSupport',
    summary: 'End a patient’s support because they wish it, with the reason',
    tags,
    params: idParams,
    body: NewSupportStop,
    gives: SupportStopped,
    problems: ['not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => stopSupport(deps, ctx, params.id, body),
  });
}

import Type from 'typebox';
import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { assessReferral, takeUp } from './assessment.commands.ts';
import { listAssessments } from './assessment.queries.ts';
import { Assessment, Assessments, NewAssessment, NewTakeUp, TakenUp } from './assessment.schemas.ts';
import { getReferral } from './referral.queries.ts';

const tags = ['Referrals'];
const assessmentParams = Type.Object({
  ...idParams.properties,
  assessmentId: Type.String({ format: 'uuid' }),
});

/** /referrals/:id/assessments: what was found out with the person, for the office alone. */
export function assessmentRoutes(app: App, deps: Deps): void {
  reads(app, '/referrals/:id/assessments', {
    action: 'patients.read',
    operationId: 'listAssessments',
    summary: 'What was found out about what would help, newest first; the look is logged',
    tags,
    params: idParams,
    gives: Assessments,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { patient } = await getReferral(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, patient.id, 'referral');
      return { items: await listAssessments(deps.db, params.id) };
    },
  });

  creates(app, '/referrals/:id/assessments', {
    action: 'referrals.decide',
    operationId: 'assessReferral',
    summary: 'Write down what was found out with the person; answers what that suggests',
    tags,
    params: idParams,
    body: NewAssessment,
    gives: Assessment,
    problems: ['not-found', 'invalid', 'changed-meanwhile'],
    call: ({ ctx, params, body }) => assessReferral(deps, ctx, params.id, body),
  });

  creates(app, '/referrals/:id/assessments/:assessmentId/take-ups', {
    action: 'referrals.decide',
    operationId: 'takeUpAssessment',
    summary:
      'Take up what is suggested; with a device, data or support the referral is accepted in the same step',
    tags,
    params: assessmentParams,
    body: NewTakeUp,
    gives: TakenUp,
    problems: ['not-found', 'invalid', 'referral-already-decided', 'changed-meanwhile'],
    call: ({ ctx, params, body }) => takeUp(deps, ctx, params, body),
  });
}

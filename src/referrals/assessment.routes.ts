import Type from 'typebox';
import { logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
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
  app.get(
    '/referrals/:id/assessments',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listAssessments',
        summary: 'What was found out about what would help, newest first; the look is logged',
        tags,
        params: idParams,
        response: { 200: Assessments, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { patient } = await getReferral(deps.db, request.ctx.actor, request.params.id);
      await logAccess(deps, request.ctx, patient.id, 'referral');
      return { items: await listAssessments(deps.db, request.params.id) };
    },
  );

  app.post(
    '/referrals/:id/assessments',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'assessReferral',
        summary: 'Write down what was found out with the person; answers what that suggests',
        tags,
        params: idParams,
        body: NewAssessment,
        response: { 201: Assessment, ...problemReplies('not-found', 'invalid', 'changed-meanwhile') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await assessReferral(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/referrals/:id/assessments/:assessmentId/take-ups',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'takeUpAssessment',
        summary:
          'Take up what is suggested; with a device, data or support the referral is accepted in the same step',
        tags,
        params: assessmentParams,
        body: NewTakeUp,
        response: {
          201: TakenUp,
          ...problemReplies('not-found', 'invalid', 'referral-already-decided', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id, assessmentId } = request.params;
      return reply.code(201).send(await takeUp(deps, request.ctx, id, assessmentId, request.body));
    },
  );
}

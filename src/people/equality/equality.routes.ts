import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, ifMatch, problemReplies } from '../../shared/http.ts';
import { reads } from '../../shared/routes.ts';
import { logAccess } from '../look.queries.ts';
import { giveEqualityAnswers, removeEqualityAnswers } from './equality.commands.ts';
import { equalityTag, getEquality } from './equality.queries.ts';
import { Equality, NewEqualityAnswers } from './equality.schemas.ts';

const tags = ['Patients'];
const path = '/patients/:id/equality-answers';

/** /patients/:id/equality-answers: how people describe themselves, which goes in and never comes out. */
export function equalityRoutes(app: App, deps: Deps): void {
  reads(app, path, {
    action: 'patients.read',
    operationId: 'getEquality',
    summary: 'On which day a patient said how they describe themselves, never what; the look is logged',
    tags,
    params: idParams,
    gives: Equality,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const equality = await getEquality(deps.db, params.id);
      await logAccess(deps, ctx, equality.patientId, 'patient');
      return equality;
    },
    etag: equalityTag,
  });

  const refusals = [
    'not-found',
    'if-match-required',
    'changed-meanwhile',
    'merge-refused',
    'patient-erased',
  ] as const;
  app.put(
    path,
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'giveEqualityAnswers',
        summary: 'Keep how a patient describes themselves, in the place of what they said before',
        description:
          'Every answer is optional. They are shown to nobody, count in figures alone, and are given out only with all that is held of the patient, to them.',
        tags,
        params: idParams,
        headers: ifMatch,
        body: NewEqualityAnswers,
        response: { 200: Equality, ...problemReplies('invalid', ...refusals) },
      },
    },
    async ({ ctx, params, body }, reply) => {
      const equality = await giveEqualityAnswers(deps, ctx, params.id, body);
      return reply.header('etag', equalityTag(equality)).send(equality);
    },
  );

  app.delete(
    path,
    {
      config: { action: 'patients.change' },
      schema: {
        operationId: 'removeEqualityAnswers',
        summary: 'Remove how a patient describes themselves, since they want it so',
        tags,
        params: idParams,
        headers: ifMatch,
        response: { 200: Equality, ...problemReplies(...refusals) },
      },
    },
    async ({ ctx, params }, reply) => {
      const equality = await removeEqualityAnswers(deps, ctx, params.id);
      return reply.header('etag', equalityTag(equality)).send(equality);
    },
  );
}

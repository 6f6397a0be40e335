import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { logAccess } from '../people/look.queries.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { erasePatient } from './erasure.commands.ts';
import { buildExport, exportText } from './export.queries.ts';
import { decideExport, liftHold, setHold } from './privacy.commands.ts';
import { privacyState } from './privacy.queries.ts';
import {
  DecisionKept,
  exportParams,
  NewErasure,
  NewExport,
  NewHold,
  PatientExport,
  PrivacyState,
} from './privacy.schemas.ts';

const tags = ['Privacy'];
const refusals = ['not-found', 'invalid', 'merge-refused', 'patient-erased'] as const;

/** /patients/:id/privacy and what is decided there: export, erasure, legal hold. */
export function privacyRoutes(app: App, deps: Deps): void {
  reads(app, '/patients/:id/privacy', {
    action: 'patients.export',
    operationId: 'getPrivacy',
    summary: 'What was decided about a person’s data and what keeps it; the look is logged',
    tags,
    params: idParams,
    gives: PrivacyState,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { id } = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, id, 'patient');
      return privacyState(deps.db, id);
    },
  });

  creates(app, '/patients/:id/exports', {
    action: 'patients.export',
    operationId: 'decideExport',
    summary:
      'Decide that a person gets all that is held about them; the file is then at its Location for 7 days',
    tags,
    params: idParams,
    body: NewExport,
    gives: DecisionKept,
    problems: refusals,
    call: ({ ctx, params: { id }, body }) => decideExport(deps, ctx, id, body),
    location: (kept, { params }) => `/patients/${params.id}/exports/${kept.id}`,
  });

  app.get(
    '/patients/:id/exports/:exportId',
    {
      config: { action: 'patients.export', fresh: true },
      schema: {
        operationId: 'getExport',
        summary: 'All that is held about a person, in one file; the look is logged',
        tags,
        params: exportParams,
        response: {
          200: { description: 'The file', content: { 'application/json': { schema: PatientExport } } },
          ...problemReplies('not-found'),
        },
      },
    },
    async (request, reply) => {
      const { id, exportId } = request.params;
      const file = await buildExport(deps, id, exportId);
      for (const one of file.ids) await logAccess(deps, request.ctx, one, 'export');
      return (reply as FastifyReply)
        .type('application/json; charset=utf-8')
        .send(Readable.from(exportText(deps, file)));
    },
  );

  creates(app, '/patients/:id/erasures', {
    action: 'patients.erase',
    operationId: 'erasePatient',
    summary: 'Erase who a person is; what was lent and when stays. It cannot be taken back',
    tags,
    params: idParams,
    body: NewErasure,
    gives: DecisionKept,
    problems: [...refusals, 'erasure-refused'],
    call: ({ ctx, params, body }) => erasePatient(deps, ctx, params.id, body),
  });

  creates(app, '/patients/:id/legal-holds', {
    action: 'patients.hold',
    operationId: 'setLegalHold',
    summary: 'Set a legal hold: while it stands, nothing about the person is erased',
    tags,
    params: idParams,
    body: NewHold,
    gives: DecisionKept,
    problems: [...refusals, 'conflict'],
    call: ({ ctx, params, body }) => setHold(deps, ctx, params.id, body),
  });

  creates(app, '/patients/:id/legal-hold-liftings', {
    action: 'patients.hold',
    operationId: 'liftLegalHold',
    summary: 'Lift the legal hold',
    tags,
    params: idParams,
    body: NewHold,
    gives: DecisionKept,
    problems: [...refusals, 'conflict'],
    call: ({ ctx, params, body }) => liftHold(deps, ctx, params.id, body),
  });
}

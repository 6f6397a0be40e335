import { getPatient, logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { erasePatient } from './erasure.commands.ts';
import { buildExport } from './export.queries.ts';
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
  app.get(
    '/patients/:id/privacy',
    {
      config: { action: 'patients.export' },
      schema: {
        operationId: 'getPrivacy',
        summary: 'What was decided about a person’s data and what keeps it; the look is logged',
        tags,
        params: idParams,
        response: { 200: PrivacyState, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { id } = await getPatient(deps.db, request.params.id);
      await logAccess(deps, request.ctx, id, 'patient');
      return privacyState(deps.db, id);
    },
  );

  app.post(
    '/patients/:id/exports',
    {
      config: { action: 'patients.export' },
      schema: {
        operationId: 'decideExport',
        summary:
          'Decide that a person gets all that is held about them; the file is then at its Location for 7 days',
        tags,
        params: idParams,
        body: NewExport,
        response: { 201: DecisionKept, ...problemReplies(...refusals) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const kept = await decideExport(deps, request.ctx, id, request.body);
      return reply.code(201).header('location', `/api/v1/patients/${id}/exports/${kept.id}`).send(kept);
    },
  );

  app.get(
    '/patients/:id/exports/:exportId',
    {
      config: { action: 'patients.export' },
      schema: {
        operationId: 'getExport',
        summary: 'All that is held about a person, in one file; the look is logged',
        tags,
        params: exportParams,
        response: { 200: PatientExport, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id, exportId } = request.params;
      const file = await buildExport(deps, id, exportId);
      await logAccess(deps, request.ctx, id, 'export');
      return reply.header('cache-control', 'no-store').send(file);
    },
  );

  app.post(
    '/patients/:id/erasures',
    {
      config: { action: 'patients.erase' },
      schema: {
        operationId: 'erasePatient',
        summary: 'Erase who a person is; what was lent and when stays. It cannot be taken back',
        tags,
        params: idParams,
        body: NewErasure,
        response: { 201: DecisionKept, ...problemReplies(...refusals, 'erasure-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await erasePatient(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/patients/:id/legal-holds',
    {
      config: { action: 'patients.hold' },
      schema: {
        operationId: 'setLegalHold',
        summary: 'Set a legal hold: while it stands, nothing about the person is erased',
        tags,
        params: idParams,
        body: NewHold,
        response: { 201: DecisionKept, ...problemReplies(...refusals, 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await setHold(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/patients/:id/legal-hold-liftings',
    {
      config: { action: 'patients.hold' },
      schema: {
        operationId: 'liftLegalHold',
        summary: 'Lift the legal hold',
        tags,
        params: idParams,
        body: NewHold,
        response: { 201: DecisionKept, ...problemReplies(...refusals, 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await liftHold(deps, request.ctx, request.params.id, request.body)),
  );
}

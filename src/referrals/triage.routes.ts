import { logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { changeNeed } from './need.commands.ts';
import { NeedChanged, NewNeedChange } from './need.schemas.ts';
import { listNotes } from './note.queries.ts';
import { getReferral } from './referral.queries.ts';
import { assignReferral, noteReferral } from './triage.commands.ts';
import { Assigned, NewAssignment, NewNote, Note, Notes } from './triage.schemas.ts';

const tags = ['Referrals'];

/** /referrals/:id: what the office does with a referral beside deciding: whose it is, notes, single needs. */
export function triageRoutes(app: App, deps: Deps): void {
  app.post(
    '/referrals/:id/assignments',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'assignReferral',
        summary: 'Give a referral to someone, or back to everyone; says whose it was',
        tags,
        params: idParams,
        body: NewAssignment,
        response: { 201: Assigned, ...problemReplies('not-found', 'invalid', 'changed-meanwhile') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await assignReferral(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/referrals/:id/notes',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listReferralNotes',
        summary: 'What the office noted of a referral, newest first; the look is logged',
        tags,
        params: idParams,
        response: { 200: Notes, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { patient } = await getReferral(deps.db, request.ctx.actor, request.params.id);
      await logAccess(deps, request.ctx, patient.id, 'referral');
      return { items: await listNotes(deps.db, request.params.id) };
    },
  );

  app.post(
    '/referrals/:id/notes',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'noteReferral',
        summary: 'Add a note for the office; the clinic never sees it',
        tags,
        params: idParams,
        body: NewNote,
        response: { 201: Note, ...problemReplies('not-found', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await noteReferral(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/referrals/:id/needs',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'changeNeed',
        summary: 'Add, drop, meet or reopen one need, with the reason',
        tags,
        params: idParams,
        body: NewNeedChange,
        response: { 201: NeedChanged, ...problemReplies('not-found', 'invalid', 'need-change-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await changeNeed(deps, request.ctx, request.params.id, request.body)),
  );
}

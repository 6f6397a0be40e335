import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { changeNeed } from './need.commands.ts';
import { NeedChanged, NewNeedChange } from './need.schemas.ts';
import { listNotes } from './note.queries.ts';
import { getReferral } from './referral.queries.ts';
import { assignReferral, noteReferral } from './triage.commands.ts';
import { Assigned, NewAssignment, NewNote, Note, Notes } from './triage.schemas.ts';

const tags = ['Referrals'];

/** /referrals/:id: what the office does with a referral beside deciding: whose it is, notes, single needs. */
export function triageRoutes(app: App, deps: Deps): void {
  creates(app, '/referrals/:id/assignments', {
    action: 'referrals.decide',
    operationId: 'assignReferral',
    summary: 'Give a referral to someone, or back to everyone; says whose it was',
    tags,
    params: idParams,
    body: NewAssignment,
    gives: Assigned,
    problems: ['not-found', 'invalid', 'changed-meanwhile'],
    call: ({ ctx, params, body }) => assignReferral(deps, ctx, params.id, body),
  });

  reads(app, '/referrals/:id/notes', {
    action: 'patients.read',
    operationId: 'listReferralNotes',
    summary: 'What the office noted of a referral, newest first; the look is logged',
    tags,
    params: idParams,
    gives: Notes,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { patient } = await getReferral(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, patient.id, 'referral');
      return { items: await listNotes(deps.db, params.id) };
    },
  });

  creates(app, '/referrals/:id/notes', {
    action: 'referrals.decide',
    operationId: 'noteReferral',
    summary: 'Add a note for the office; the clinic never sees it',
    tags,
    params: idParams,
    body: NewNote,
    gives: Note,
    problems: ['not-found', 'invalid'],
    call: ({ ctx, params, body }) => noteReferral(deps, ctx, params.id, body),
  });

  creates(app, '/referrals/:id/needs', {
    action: 'referrals.decide',
    operationId: 'changeNeed',
    summary: 'Add, drop, meet or reopen one need, with the reason',
    tags,
    params: idParams,
    body: NewNeedChange,
    gives: NeedChanged,
    problems: ['not-found', 'invalid', 'need-change-refused'],
    call: ({ ctx, params, body }) => changeNeed(deps, ctx, params.id, body),
  });
}

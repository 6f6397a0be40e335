import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates } from '../shared/routes.ts';
import { TakingBack } from '../shared/taking-back.ts';
import { giveHandout } from './handout.commands.ts';
import { HandoutGiven, NewHandout } from './handout.schemas.ts';
import { takeBackHandout } from './handout-back.commands.ts';

const given = {
  description:
    'By a message its address goes out in the person’s hours, by a way that is safe, without a name in it; what stands against that is said at once. The same by the same way is given once at one contact.',
  tags: ['Support'],
  params: idParams,
  body: NewHandout,
  gives: HandoutGiven,
};

/** What people are given at a contact. */
export function handoutRoutes(app: App, deps: Deps): void {
  creates(app, '/follow-ups/:id/handouts', {
    ...given,
    action: 'follow-ups.record-outcome',
    operationId: 'giveAtFollowUp',
    summary: 'Give a guide or a signpost at a follow-up, by a message or on paper',
    problems: ['not-found', 'invalid', 'handout-not-sent', 'patient-erased'],
    call: ({ ctx, params, body }) => giveHandout(deps, ctx, { followUpId: params.id }, body),
  });

  creates(app, '/drop-in-people/:id/handouts', {
    ...given,
    action: 'drop-ins.record',
    operationId: 'giveAtDropIn',
    summary: 'Give a guide or a signpost to someone who came to a drop-in, by a message or on paper',
    problems: ['not-found', 'invalid', 'handout-not-sent', 'patient-erased', 'merge-refused'],
    call: ({ ctx, params, body }) => giveHandout(deps, ctx, { attendanceId: params.id }, body),
  });

  creates(app, '/handouts/:id/takings-back', {
    action: 'follow-ups.record-outcome',
    operationId: 'takeBackHandout',
    summary: 'Take back that a guide or a signpost was given, which was recorded by mistake',
    description: 'It counts nowhere, and its message does not go where it still waits.',
    tags: ['Support'],
    params: idParams,
    body: TakingBack,
    gives: Type.Object({ id: Type.String(), patientId: Type.String() }),
    problems: ['not-found', 'taking-back-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => takeBackHandout(deps, ctx, params.id, body),
  });
}

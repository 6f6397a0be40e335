import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { TakingBack } from '../shared/taking-back.ts';
import { addDropIn, addDropInPerson, changeDropIn } from './drop-in.commands.ts';
import { getDropIn, listDropIns } from './drop-in.queries.ts';
import {
  DropIn,
  DropInChange,
  DropInList,
  DropInQuery,
  NewDropIn,
  NewDropInPerson,
} from './drop-in.schemas.ts';
import { takeBackAttendance, takeBackDropIn } from './drop-in-back.commands.ts';
import { DropInTakingBack } from './drop-in-back.schemas.ts';
import { pageTopicRoutes } from './page-topic.routes.ts';
import { tallyRoutes } from './tally.routes.ts';

const tags = ['Support'];

/** /drop-ins: help for whoever comes to a place at a time, with a loan or without one. */
export function dropInRoutes(app: App, deps: Deps): void {
  tallyRoutes(app, deps);
  pageTopicRoutes(app, deps);

  lists(app, '/drop-ins', {
    action: 'drop-ins.read',
    operationId: 'listDropIns',
    summary: 'Drop-ins, those to come first, then the latest; a supporter sees their own',
    tags,
    querystring: DropInQuery,
    gives: DropInList,
    call: ({ ctx, query }) => listDropIns(deps, ctx.actor, query),
  });

  reads(app, '/drop-ins/:id', {
    action: 'drop-ins.read',
    operationId: 'getDropIn',
    summary: 'One drop-in with who came; the looks are logged',
    tags,
    params: idParams,
    gives: DropIn,
    problems: ['not-found'],
    call: ({ ctx, params }) => getDropIn(deps, deps.db, ctx.actor, params.id),
    etag: (dropIn) => etagOf(dropIn.id, dropIn.changedAt),
  });

  creates(app, '/drop-ins', {
    action: 'drop-ins.record',
    operationId: 'addDropIn',
    summary: 'Write down a drop-in that is planned or has been',
    tags,
    body: NewDropIn,
    gives: DropIn,
    problems: ['invalid', 'conflict'],
    call: ({ ctx, body }) => addDropIn(deps, ctx, body),
    etag: (dropIn) => etagOf(dropIn.id, dropIn.changedAt),
    location: (dropIn) => `/drop-ins/${dropIn.id}`,
  });

  changes(app, '/drop-ins/:id', {
    action: 'drop-ins.record',
    operationId: 'changeDropIn',
    summary: 'How many others came, what is to be noted, or that it does not take place',
    tags,
    params: idParams,
    versioned: true,
    body: DropInChange,
    gives: DropIn,
    problems: ['not-found', 'invalid', 'conflict'],
    call: ({ ctx, params: { id }, body }) => changeDropIn(deps, ctx, id, body),
    etag: (dropIn) => etagOf(dropIn.id, dropIn.changedAt),
  });

  creates(app, '/drop-ins/:id/people', {
    action: 'drop-ins.record',
    operationId: 'addDropInPerson',
    summary: 'Write down that someone came, and what they asked about',
    tags,
    params: idParams,
    body: NewDropInPerson,
    gives: DropIn,
    problems: ['not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => addDropInPerson(deps, ctx, params.id, body),
  });

  creates(app, '/drop-ins/:id/takings-back', {
    action: 'drop-ins.record',
    operationId: 'takeBackDropIn',
    summary: 'Take back a drop-in that was recorded by mistake, with all who are written down at it',
    tags,
    params: idParams,
    body: DropInTakingBack,
    gives: DropIn,
    problems: ['not-found', 'taking-back-refused'],
    call: ({ ctx, params, body }) => takeBackDropIn(deps, ctx, params.id, body),
  });

  creates(app, '/drop-in-people/:id/takings-back', {
    action: 'drop-ins.record',
    operationId: 'takeBackAttendance',
    summary: 'Take back that someone came to a drop-in, which was recorded by mistake',
    tags,
    params: idParams,
    body: TakingBack,
    gives: DropIn,
    problems: ['not-found', 'taking-back-refused'],
    call: ({ ctx, params, body }) => takeBackAttendance(deps, ctx, params.id, body),
  });
}

import { logAccesses } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
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

const tags = ['Support'];

/** /drop-ins: help for whoever comes to a place at a time, with a loan or without one. */
export function dropInRoutes(app: App, deps: Deps): void {
  lists(app, '/drop-ins', {
    action: 'drop-ins.read',
    operationId: 'listDropIns',
    summary: 'Drop-ins, those to come first, then the latest',
    tags,
    querystring: DropInQuery,
    gives: DropInList,
    call: ({ query }) => listDropIns(deps, query),
  });

  reads(app, '/drop-ins/:id', {
    action: 'drop-ins.read',
    operationId: 'getDropIn',
    summary: 'One drop-in with who came; the looks are logged',
    tags,
    params: idParams,
    gives: DropIn,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const dropIn = await getDropIn(deps, deps.db, params.id);
      const people = dropIn.people.map(({ patient }) => patient.id);
      await logAccesses(deps, ctx, people, 'drop_in');
      return dropIn;
    },
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
}

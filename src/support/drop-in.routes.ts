import { logAccesses } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies, sendPage } from '../shared/http.ts';
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
  app.get(
    '/drop-ins',
    {
      config: { action: 'drop-ins.read' },
      schema: {
        operationId: 'listDropIns',
        summary: 'Drop-ins, those to come first, then the latest',
        tags,
        querystring: DropInQuery,
        response: { 200: DropInList },
      },
    },
    (request, reply) => sendPage(request, reply, listDropIns(deps, request.query)),
  );

  app.get(
    '/drop-ins/:id',
    {
      config: { action: 'drop-ins.read' },
      schema: {
        operationId: 'getDropIn',
        summary: 'One drop-in with who came; the looks are logged',
        tags,
        params: idParams,
        response: { 200: DropIn, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const dropIn = await getDropIn(deps, deps.db, request.params.id);
      const people = dropIn.people.map(({ patient }) => patient.id);
      await logAccesses(deps, request.ctx, people, 'drop_in');
      return reply.header('etag', etagOf(dropIn.id, dropIn.changedAt)).send(dropIn);
    },
  );

  app.post(
    '/drop-ins',
    {
      config: { action: 'drop-ins.record' },
      schema: {
        operationId: 'addDropIn',
        summary: 'Write down a drop-in that is planned or has been',
        tags,
        body: NewDropIn,
        response: { 201: DropIn, ...problemReplies('invalid', 'conflict') },
      },
    },
    async (request, reply) => {
      const dropIn = await addDropIn(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/drop-ins/${dropIn.id}`)
        .header('etag', etagOf(dropIn.id, dropIn.changedAt))
        .send(dropIn);
    },
  );

  app.patch(
    '/drop-ins/:id',
    {
      config: { action: 'drop-ins.record' },
      schema: {
        operationId: 'changeDropIn',
        summary: 'How many others came, what is to be noted, or that it does not take place',
        tags,
        params: idParams,
        headers: ifMatch,
        body: DropInChange,
        response: {
          200: DropIn,
          ...problemReplies('not-found', 'invalid', 'conflict', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const dropIn = await changeDropIn(deps, request.ctx, id, request.body, request.headers['if-match']);
      return reply.header('etag', etagOf(id, dropIn.changedAt)).send(dropIn);
    },
  );

  app.post(
    '/drop-ins/:id/people',
    {
      config: { action: 'drop-ins.record' },
      schema: {
        operationId: 'addDropInPerson',
        summary: 'Write down that someone came, and what they asked about',
        tags,
        params: idParams,
        body: NewDropInPerson,
        response: {
          201: DropIn,
          ...problemReplies('not-found', 'invalid', 'conflict', 'merge-refused', 'patient-erased'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await addDropInPerson(deps, request.ctx, request.params.id, request.body)),
  );
}

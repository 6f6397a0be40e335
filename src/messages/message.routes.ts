import Type from 'typebox';
import { logAccess, logAccesses } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { listInbound } from './inbound.queries.ts';
import { InboundList } from './inbound.schemas.ts';
import { retryMessage } from './message.commands.ts';
import { getMessage, listMessages } from './message.queries.ts';
import { Message, MessageList, MessageQuery, MessageRetried } from './message.schemas.ts';

const tags = ['Messages'];

/** /messages: what goes out, went out, or could not. */
export function messageRoutes(app: App, deps: Deps): void {
  app.get(
    '/messages',
    {
      config: { action: 'messages.read' },
      schema: {
        operationId: 'listMessages',
        summary: 'Messages, newest first',
        tags,
        querystring: MessageQuery,
        response: { 200: MessageList },
      },
    },
    (request, reply) => sendPage(request, reply, listMessages(deps, request.query)),
  );

  app.get(
    '/replies',
    {
      config: { action: 'messages.read' },
      schema: {
        operationId: 'listReplies',
        summary: 'Texts that people sent to us, newest first; the looks are logged',
        tags,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: InboundList },
      },
    },
    async (request, reply) => {
      const list = await listInbound(deps.db, request.query);
      const patients = list.items.flatMap((item) => item.patients.map(({ id }) => id));
      await logAccesses(deps, request.ctx, patients, 'message');
      return sendPage(request, reply, Promise.resolve(list));
    },
  );

  app.get(
    '/messages/:id',
    {
      config: { action: 'messages.read' },
      schema: {
        operationId: 'getMessage',
        summary: 'One message with its text, or what would go out now in both wordings; the look is logged',
        tags,
        params: idParams,
        response: { 200: Message, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const message = await getMessage(deps, request.params.id);
      await logAccess(deps, request.ctx, message.patient.id, 'message');
      return message;
    },
  );

  app.post(
    '/messages/:id/retries',
    {
      config: { action: 'messages.retry' },
      schema: {
        operationId: 'retryMessage',
        summary: 'Have a message that did not go out tried again',
        tags,
        params: idParams,
        response: { 201: MessageRetried, ...problemReplies('not-found', 'message-not-retriable') },
      },
    },
    async (request, reply) => reply.code(201).send(await retryMessage(deps, request.ctx, request.params.id)),
  );
}

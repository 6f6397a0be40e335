import Type from 'typebox';
import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { creates, lists, reads } from '../shared/routes.ts';
import { announcementRoutes } from './announcement.routes.ts';
import { listInbound } from './inbound.queries.ts';
import { InboundList } from './inbound.schemas.ts';
import { retryMessage } from './message.commands.ts';
import { getMessage, listMessages } from './message.queries.ts';
import { Message, MessageList, MessageQuery, MessageRetried } from './message.schemas.ts';

const tags = ['Messages'];

/** /messages: what goes out, went out, or could not; and news for many. */
export function messageRoutes(app: App, deps: Deps): void {
  announcementRoutes(app, deps);
  lists(app, '/messages', {
    action: 'messages.read',
    operationId: 'listMessages',
    summary: 'Messages, newest first',
    tags,
    querystring: MessageQuery,
    gives: MessageList,
    call: ({ query }) => listMessages(deps, query),
  });

  lists(app, '/replies', {
    action: 'messages.read',
    operationId: 'listReplies',
    summary: 'Texts that people sent to us, newest first; the looks are logged',
    tags,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: InboundList,
    call: ({ query }) => listInbound(deps.db, query),
  });

  reads(app, '/messages/:id', {
    action: 'messages.read',
    operationId: 'getMessage',
    summary: 'One message with its text, or what would go out now in both wordings; the look is logged',
    tags,
    params: idParams,
    gives: Message,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const message = await getMessage(deps, params.id);
      await logAccess(deps, ctx, message.patient.id, 'message');
      return message;
    },
  });

  creates(app, '/messages/:id/retries', {
    action: 'messages.retry',
    operationId: 'retryMessage',
    summary: 'Have a message that did not go out tried again',
    tags,
    params: idParams,
    gives: MessageRetried,
    problems: ['not-found', 'message-not-retriable'],
    call: ({ ctx, params }) => retryMessage(deps, ctx, params.id),
  });
}

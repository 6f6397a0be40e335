import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { getInbound, listInbound } from './inbound.queries.ts';

/** /messages/replies: texts that people sent to us. */
export function inboundPages(app: App, deps: Deps): void {
  app.get(
    '/messages/replies',
    {
      config: { action: 'messages.read' },
      schema: { querystring: Type.Object(listQuery, { additionalProperties: false }) },
    },
    async (request, reply) => {
      const list = await listInbound(deps.db, request.query);
      return reply.page('messages/views/replies.njk', { ...list, after: request.query.after });
    },
  );

  app.get(
    '/messages/replies/:id',
    { config: { action: 'messages.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const text = await getInbound(deps.db, request.params.id);
      return reply.page('messages/views/reply.njk', { text });
    },
  );
}

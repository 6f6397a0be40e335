import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { listEvents } from '../../shared/event.queries.ts';
import { type App, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { timelineEntry } from '../../shared/schemas.ts';

/** GET /events: the log, for those who audit. */
export function eventRoutes(app: App, deps: Deps): void {
  app.get(
    '/events',
    {
      config: { action: 'events.read' },
      schema: {
        operationId: 'listEvents',
        summary: 'The event log, newest first',
        tags: ['Audit'],
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: pageOf(timelineEntry), ...problemReplies('bad-query') },
      },
    },
    (request, reply) => sendPage(request, reply, listEvents(deps.db, request.query)),
  );
}

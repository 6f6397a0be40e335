import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { listEvents } from '../../shared/event.queries.ts';
import type { App } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { lists } from '../../shared/routes.ts';
import { timelineEntry } from '../../shared/schemas.ts';

/** GET /events: the log, for those who audit. */
export function eventRoutes(app: App, deps: Deps): void {
  lists(app, '/events', {
    action: 'events.read',
    operationId: 'listEvents',
    summary: 'The event log, newest first',
    tags: ['Audit'],
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: pageOf(timelineEntry),
    problems: ['bad-query'],
    call: ({ query }) => listEvents(deps.db, query),
  });
}

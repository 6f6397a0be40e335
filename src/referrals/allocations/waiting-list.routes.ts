import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, sendPage } from '../../shared/http.ts';
import { waitingList } from './waiting-list.queries.ts';
import { WaitingList, WaitingQuery } from './waiting-list.schemas.ts';

/** /waiting-list: who waits for a device or data, in order, and why. */
export function waitingListRoutes(app: App, deps: Deps): void {
  app.get(
    '/waiting-list',
    {
      config: { action: 'waiting-list.read' },
      schema: {
        operationId: 'getWaitingList',
        summary: 'Who waits for a device or data, in order, with the reason and what stock could meet now',
        tags: ['Waiting list'],
        querystring: WaitingQuery,
        response: { 200: WaitingList },
      },
    },
    (request, reply) => sendPage(request, reply, waitingList(deps.db, request.query, today(deps.clock))),
  );
}

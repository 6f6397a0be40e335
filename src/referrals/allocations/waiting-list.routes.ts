import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { lists } from '../../shared/routes.ts';
import { waitingList } from './waiting-list.queries.ts';
import { WaitingList, WaitingQuery } from './waiting-list.schemas.ts';

/** /waiting-list: who waits for a device or data, in order, and why. */
export function waitingListRoutes(app: App, deps: Deps): void {
  lists(app, '/waiting-list', {
    action: 'waiting-list.read',
    operationId: 'getWaitingList',
    summary: 'Who waits for a device or data, in order, with the reason and what stock could meet now',
    tags: ['Waiting list'],
    querystring: WaitingQuery,
    gives: WaitingList,
    call: ({ query }) => waitingList(deps.db, query, today(deps.clock)),
  });
}

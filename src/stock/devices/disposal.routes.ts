import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { creates, lists } from '../../shared/routes.ts';
import { BulkQuery } from './bulk.schemas.ts';
import { disposeDevices } from './disposal.commands.ts';
import { listLosses } from './disposal.queries.ts';
import { DisposalsDone, LossList, LossQuery, NewDisposals } from './disposal.schemas.ts';

/** POST /disposals, and /losses-register. */
export function disposalRoutes(app: App, deps: Deps): void {
  creates(app, '/disposals', {
    action: 'devices.dispose',
    operationId: 'disposeDevices',
    summary:
      'Take devices out of the stock for good, with a verdict per line; a manager writes off what is lost',
    tags: ['Devices'],
    querystring: BulkQuery,
    body: NewDisposals,
    gives: DisposalsDone,
    problems: ['invalid', 'bulk-refused'],
    call: ({ ctx, query, body }) => disposeDevices(deps, ctx, body, query.partial),
  });

  lists(app, '/losses-register', {
    action: 'losses.read',
    operationId: 'listLosses',
    summary: 'The losses register: what was written off, the latest first',
    tags: ['Devices'],
    querystring: LossQuery,
    gives: LossList,
    call: ({ query }) => listLosses(deps.db, query),
  });
}

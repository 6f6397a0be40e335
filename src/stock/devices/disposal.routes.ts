import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies, sendPage } from '../../shared/http.ts';
import { BulkQuery } from './bulk.schemas.ts';
import { disposeDevices } from './disposal.commands.ts';
import { listLosses } from './disposal.queries.ts';
import { DisposalsDone, LossList, LossQuery, NewDisposals } from './disposal.schemas.ts';

/** POST /disposals, and /losses-register. */
export function disposalRoutes(app: App, deps: Deps): void {
  app.post(
    '/disposals',
    {
      config: { action: 'devices.dispose' },
      schema: {
        operationId: 'disposeDevices',
        summary:
          'Take devices out of the stock for good, with a verdict per line; a manager writes off what is lost',
        tags: ['Devices'],
        querystring: BulkQuery,
        body: NewDisposals,
        response: { 201: DisposalsDone, ...problemReplies('invalid', 'bulk-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await disposeDevices(deps, request.ctx, request.body, request.query.partial)),
  );

  app.get(
    '/losses-register',
    {
      config: { action: 'losses.read' },
      schema: {
        operationId: 'listLosses',
        summary: 'The losses register: what was written off, the latest first',
        tags: ['Devices'],
        querystring: LossQuery,
        response: { 200: LossList },
      },
    },
    (request, reply) => sendPage(request, reply, listLosses(deps.db, request.query)),
  );
}

import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies } from '../../shared/http.ts';
import { BulkQuery } from './bulk.schemas.ts';
import { moveDevices } from './move.commands.ts';
import { MovesDone, NewMoves } from './move.schemas.ts';

/** POST /moves. */
export function moveRoutes(app: App, deps: Deps): void {
  app.post(
    '/moves',
    {
      config: { action: 'devices.move' },
      schema: {
        operationId: 'moveDevices',
        summary: 'Move devices to another place, with a verdict per line',
        tags: ['Devices'],
        querystring: BulkQuery,
        body: NewMoves,
        response: { 201: MovesDone, ...problemReplies('invalid', 'bulk-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await moveDevices(deps, request.ctx, request.body, request.query.partial)),
  );
}

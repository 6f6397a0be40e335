import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { creates } from '../../shared/routes.ts';
import { BulkQuery } from './bulk.schemas.ts';
import { moveDevices } from './move.commands.ts';
import { MovesDone, NewMoves } from './move.schemas.ts';

/** POST /moves. */
export function moveRoutes(app: App, deps: Deps): void {
  creates(app, '/moves', {
    action: 'devices.move',
    operationId: 'moveDevices',
    summary: 'Move devices to another place, with a verdict per line',
    tags: ['Devices'],
    querystring: BulkQuery,
    body: NewMoves,
    gives: MovesDone,
    problems: ['invalid', 'bulk-refused'],
    call: ({ ctx, query, body }) => moveDevices(deps, ctx, body, query.partial),
  });
}

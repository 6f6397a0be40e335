import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, lists, reads } from '../../shared/routes.ts';
import { recordScans } from './scan.commands.ts';
import { keepHere, recordLosses } from './settling.commands.ts';
import { closeStocktake, startStocktake } from './stocktake.commands.ts';
import { getStocktake, listLines, listStocktakes } from './stocktake.queries.ts';
import {
  ChosenDevices,
  KeptHere,
  LineQuery,
  LossesDone,
  NewScans,
  NewStocktake,
  ScansDone,
  Stocktake,
  StocktakeClosed,
  StocktakeLines,
  StocktakeList,
  StocktakeQuery,
  StocktakeStarted,
} from './stocktake.schemas.ts';

const tags = ['Stocktakes'];

/** /stocktakes: counting what stands at a location against what should. */
export function stocktakeRoutes(app: App, deps: Deps): void {
  lists(app, '/stocktakes', {
    action: 'stocktakes.read',
    operationId: 'listStocktakes',
    summary: 'Stocktakes, newest first',
    tags,
    querystring: StocktakeQuery,
    gives: StocktakeList,
    call: ({ query }) => listStocktakes(deps.db, query),
  });

  creates(app, '/stocktakes', {
    action: 'stocktakes.run',
    operationId: 'startStocktake',
    summary: 'Start a stocktake of a location; one is open there at a time',
    tags,
    body: NewStocktake,
    gives: StocktakeStarted,
    problems: ['stocktake-open', 'invalid'],
    call: ({ ctx, body }) => startStocktake(deps, ctx, body),
    location: (started) => `/stocktakes/${started.id}`,
  });

  reads(app, '/stocktakes/:id', {
    action: 'stocktakes.read',
    operationId: 'getStocktake',
    summary: 'One stocktake and how far it is',
    tags,
    params: idParams,
    gives: Stocktake,
    problems: ['not-found'],
    call: ({ params }) => getStocktake(deps.db, params.id),
  });

  lists(app, '/stocktakes/:id/lines', {
    action: 'stocktakes.read',
    operationId: 'listStocktakeLines',
    summary: 'The devices of a stocktake with the verdict on each',
    tags,
    params: idParams,
    querystring: LineQuery,
    gives: StocktakeLines,
    problems: ['not-found'],
    async call({ params, query }) {
      const stocktake = await getStocktake(deps.db, params.id);
      return listLines(deps.db, stocktake, query);
    },
  });

  creates(app, '/stocktakes/:id/scans', {
    action: 'stocktakes.run',
    operationId: 'recordScans',
    summary: 'Count what was scanned; each scan gets its verdict, and a double scan is harmless',
    tags,
    params: idParams,
    body: NewScans,
    gives: ScansDone,
    problems: ['not-found', 'stocktake-closed', 'invalid'],
    call: ({ ctx, params, body }) => recordScans(deps, ctx, params.id, body),
  });

  creates(app, '/stocktakes/:id/closings', {
    action: 'stocktakes.run',
    operationId: 'closeStocktake',
    summary: 'Close a stocktake; each missing and each unexpected device gets a task',
    tags,
    params: idParams,
    gives: StocktakeClosed,
    problems: ['not-found', 'stocktake-closed'],
    call: ({ ctx, params }) => closeStocktake(deps, ctx, params.id),
  });

  creates(app, '/stocktakes/:id/losses', {
    action: 'stocktakes.run',
    operationId: 'recordStocktakeLosses',
    summary: 'Record devices that a stocktake missed as lost, all or none',
    tags,
    params: idParams,
    body: ChosenDevices,
    gives: LossesDone,
    problems: ['not-found', 'stocktake-open', 'bulk-refused', 'invalid'],
    call: ({ ctx, params, body }) => recordLosses(deps, ctx, params.id, body),
  });

  creates(app, '/stocktakes/:id/moves', {
    action: 'devices.move',
    operationId: 'keepWhereFound',
    summary: 'Keep unexpected devices from now on where a stocktake found them, all or none',
    tags,
    params: idParams,
    body: ChosenDevices,
    gives: KeptHere,
    problems: ['not-found', 'bulk-refused', 'invalid'],
    call: ({ ctx, params, body }) => keepHere(deps, ctx, params.id, body),
  });
}

import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
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
  app.get(
    '/stocktakes',
    {
      config: { action: 'stocktakes.read' },
      schema: {
        operationId: 'listStocktakes',
        summary: 'Stocktakes, newest first',
        tags,
        querystring: StocktakeQuery,
        response: { 200: StocktakeList },
      },
    },
    (request, reply) => sendPage(request, reply, listStocktakes(deps.db, request.query)),
  );

  app.post(
    '/stocktakes',
    {
      config: { action: 'stocktakes.run' },
      schema: {
        operationId: 'startStocktake',
        summary: 'Start a stocktake of a location; one is open there at a time',
        tags,
        body: NewStocktake,
        response: { 201: StocktakeStarted, ...problemReplies('stocktake-open', 'invalid') },
      },
    },
    async (request, reply) => {
      const started = await startStocktake(deps, request.ctx, request.body);
      return reply.code(201).header('location', `/api/v1/stocktakes/${started.id}`).send(started);
    },
  );

  app.get(
    '/stocktakes/:id',
    {
      config: { action: 'stocktakes.read' },
      schema: {
        operationId: 'getStocktake',
        summary: 'One stocktake and how far it is',
        tags,
        params: idParams,
        response: { 200: Stocktake, ...problemReplies('not-found') },
      },
    },
    (request) => getStocktake(deps.db, request.params.id),
  );

  app.get(
    '/stocktakes/:id/lines',
    {
      config: { action: 'stocktakes.read' },
      schema: {
        operationId: 'listStocktakeLines',
        summary: 'The devices of a stocktake with the verdict on each',
        tags,
        params: idParams,
        querystring: LineQuery,
        response: { 200: StocktakeLines, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const stocktake = await getStocktake(deps.db, request.params.id);
      return sendPage(request, reply, listLines(deps.db, stocktake, request.query));
    },
  );

  app.post(
    '/stocktakes/:id/scans',
    {
      config: { action: 'stocktakes.run' },
      schema: {
        operationId: 'recordScans',
        summary: 'Count what was scanned; each scan gets its verdict, and a double scan is harmless',
        tags,
        params: idParams,
        body: NewScans,
        response: { 201: ScansDone, ...problemReplies('not-found', 'stocktake-closed', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordScans(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/stocktakes/:id/closings',
    {
      config: { action: 'stocktakes.run' },
      schema: {
        operationId: 'closeStocktake',
        summary: 'Close a stocktake; each missing and each unexpected device gets a task',
        tags,
        params: idParams,
        response: { 201: StocktakeClosed, ...problemReplies('not-found', 'stocktake-closed') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await closeStocktake(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/stocktakes/:id/losses',
    {
      config: { action: 'stocktakes.run' },
      schema: {
        operationId: 'recordStocktakeLosses',
        summary: 'Record devices that a stocktake missed as lost, all or none',
        tags,
        params: idParams,
        body: ChosenDevices,
        response: {
          201: LossesDone,
          ...problemReplies('not-found', 'stocktake-open', 'bulk-refused', 'invalid'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordLosses(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/stocktakes/:id/moves',
    {
      config: { action: 'devices.move' },
      schema: {
        operationId: 'keepWhereFound',
        summary: 'Keep unexpected devices from now on where a stocktake found them, all or none',
        tags,
        params: idParams,
        body: ChosenDevices,
        response: { 201: KeptHere, ...problemReplies('not-found', 'bulk-refused', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await keepHere(deps, request.ctx, request.params.id, request.body)),
  );
}

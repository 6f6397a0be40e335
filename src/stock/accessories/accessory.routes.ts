import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies, sendPage } from '../../shared/http.ts';
import { addAccessory, changeAccessory, recordMovement } from './accessory.commands.ts';
import { getAccessory, listAccessories, listMovements } from './accessory.queries.ts';
import {
  Accessory,
  AccessoryChange,
  AccessoryList,
  AccessoryMovements,
  AccessoryQuery,
  MovementQuery,
  MovementRecorded,
  NewAccessory,
  NewMovement,
} from './accessory.schemas.ts';

const tags = ['Accessories'];

/** /accessories: the kinds, their stock by place, and the log of each. */
export function accessoryRoutes(app: App, deps: Deps): void {
  app.get(
    '/accessories',
    {
      config: { action: 'accessories.read' },
      schema: {
        operationId: 'listAccessories',
        summary: 'The kinds of accessories by name, each with its stock by place',
        tags,
        querystring: AccessoryQuery,
        response: { 200: AccessoryList },
      },
    },
    async (request) => ({ items: await listAccessories(deps.db, request.query) }),
  );

  app.get(
    '/accessories/:id',
    {
      config: { action: 'accessories.read' },
      schema: {
        operationId: 'getAccessory',
        summary: 'One kind of accessory',
        tags,
        params: idParams,
        response: { 200: Accessory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const accessory = await getAccessory(deps.db, request.params.id);
      return reply.header('etag', etagOf(accessory.id, accessory.changedAt)).send(accessory);
    },
  );

  app.post(
    '/accessories',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addAccessory',
        summary: 'Add a kind of accessory',
        tags,
        body: NewAccessory,
        response: { 201: Accessory, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const accessory = await addAccessory(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/accessories/${accessory.id}`)
        .header('etag', etagOf(accessory.id, accessory.changedAt))
        .send(accessory);
    },
  );

  app.patch(
    '/accessories/:id',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeAccessory',
        summary: 'Rename a kind of accessory, set its level, retire it or take it back into use',
        tags,
        params: idParams,
        headers: ifMatch,
        body: AccessoryChange,
        response: {
          200: Accessory,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const accessory = await changeAccessory(
        deps,
        request.ctx,
        request.params.id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOf(accessory.id, accessory.changedAt)).send(accessory);
    },
  );

  app.get(
    '/accessories/:id/movements',
    {
      config: { action: 'accessories.read' },
      schema: {
        operationId: 'listAccessoryMovements',
        summary: 'The log of an accessory, newest first; its changes sum to the stock',
        tags,
        params: idParams,
        querystring: MovementQuery,
        response: { 200: AccessoryMovements, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const { id } = await getAccessory(deps.db, request.params.id);
      return sendPage(request, reply, listMovements(deps.db, id, request.query));
    },
  );

  app.post(
    '/accessories/:id/movements',
    {
      config: { action: 'accessories.count' },
      schema: {
        operationId: 'recordAccessoryMovement',
        summary: 'Record what came in, was counted, lost, damaged or moved',
        tags,
        params: idParams,
        body: NewMovement,
        response: {
          201: MovementRecorded,
          ...problemReplies('not-found', 'invalid', 'accessories-short'),
        },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordMovement(deps, request.ctx, request.params.id, request.body)),
  );
}

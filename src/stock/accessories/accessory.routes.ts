import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { TakingBack } from '../../shared/taking-back.ts';
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
import { takeBackMovement } from './movement-back.commands.ts';

const tags = ['Accessories'];

/** /accessories: the kinds, their stock by place, and the log of each. */
export function accessoryRoutes(app: App, deps: Deps): void {
  reads(app, '/accessories', {
    action: 'accessories.read',
    operationId: 'listAccessories',
    summary: 'The kinds of accessories by name, each with its stock by place',
    tags,
    querystring: AccessoryQuery,
    gives: AccessoryList,
    call: async ({ query }) => ({ items: await listAccessories(deps.db, query) }),
  });

  reads(app, '/accessories/:id', {
    action: 'accessories.read',
    operationId: 'getAccessory',
    summary: 'One kind of accessory',
    tags,
    params: idParams,
    gives: Accessory,
    problems: ['not-found'],
    call: ({ params }) => getAccessory(deps.db, params.id),
    etag: (accessory) => etagOf(accessory.id, accessory.changedAt),
  });

  creates(app, '/accessories', {
    action: 'settings.change',
    operationId: 'addAccessory',
    summary: 'Add a kind of accessory',
    tags,
    body: NewAccessory,
    gives: Accessory,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addAccessory(deps, ctx, body),
    etag: (accessory) => etagOf(accessory.id, accessory.changedAt),
    location: (accessory) => `/accessories/${accessory.id}`,
  });

  changes(app, '/accessories/:id', {
    action: 'settings.change',
    operationId: 'changeAccessory',
    summary: 'Rename a kind of accessory, set its level, retire it or take it back into use',
    tags,
    params: idParams,
    versioned: true,
    body: AccessoryChange,
    gives: Accessory,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params, body }) => changeAccessory(deps, ctx, params.id, body),
    etag: (accessory) => etagOf(accessory.id, accessory.changedAt),
  });

  lists(app, '/accessories/:id/movements', {
    action: 'accessories.read',
    operationId: 'listAccessoryMovements',
    summary: 'The log of an accessory, newest first; its changes sum to the stock',
    tags,
    params: idParams,
    querystring: MovementQuery,
    gives: AccessoryMovements,
    problems: ['not-found'],
    async call({ params, query }) {
      const { id } = await getAccessory(deps.db, params.id);
      return listMovements(deps.db, id, query);
    },
  });

  creates(app, '/accessories/:id/movements', {
    action: 'accessories.count',
    operationId: 'recordAccessoryMovement',
    summary: 'Record what came in, was counted, lost, damaged or moved',
    tags,
    params: idParams,
    body: NewMovement,
    gives: MovementRecorded,
    problems: ['not-found', 'invalid', 'accessories-short'],
    call: ({ ctx, params, body }) => recordMovement(deps, ctx, params.id, body),
  });

  creates(app, '/accessory-movements/:id/takings-back', {
    action: 'accessories.count',
    operationId: 'takeBackAccessoryMovement',
    summary: 'Take back a movement that was recorded by mistake, by one against it',
    tags,
    params: idParams,
    body: TakingBack,
    gives: MovementRecorded,
    problems: ['not-found', 'invalid', 'not-allowed', 'taking-back-refused', 'accessories-short'],
    call: ({ ctx, params, body }) => takeBackMovement(deps, ctx, params.id, body),
  });
}

import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { creates, lists, reads } from '../../shared/routes.ts';
import { acceptUpdates } from './acceptance.commands.ts';
import { recordCheck, reopenPreparation } from './device.commands.ts';
import { getDevice, listDevices } from './device.queries.ts';
import {
  CheckRecorded,
  Device,
  DeviceHistory,
  DeviceList,
  DeviceQuery,
  DeviceState,
  NewCheck,
  Reopening,
} from './device.schemas.ts';
import { NewAcceptance } from './updates.schemas.ts';

const tags = ['Devices'];

/** /devices: the stock, one device, its history, and its preparation. */
export function deviceRoutes(app: App, deps: Deps): void {
  lists(app, '/devices', {
    action: 'devices.read',
    operationId: 'listDevices',
    summary: 'Devices, newest first',
    tags,
    querystring: DeviceQuery,
    gives: DeviceList,
    call: ({ query }) => listDevices(deps.db, query, today(deps.clock)),
  });

  reads(app, '/devices/:id', {
    action: 'devices.read',
    operationId: 'getDevice',
    summary: 'One device',
    tags,
    params: idParams,
    gives: Device,
    problems: ['not-found'],
    call: ({ params }) => getDevice(deps.db, params.id, today(deps.clock)),
    etag: (device) => etagOf(device.id, device.changedAt),
  });

  lists(app, '/devices/:id/history', {
    action: 'devices.read',
    operationId: 'getDeviceHistory',
    summary: 'What happened to a device, newest first',
    tags,
    params: idParams,
    querystring: Type.Object(listQuery, { additionalProperties: false }),
    gives: DeviceHistory,
    problems: ['not-found'],
    async call({ params, query }) {
      await getDevice(deps.db, params.id);
      return timelineOf(deps.db, params.id, query);
    },
  });

  creates(app, '/devices/:id/checks', {
    action: 'devices.prepare',
    operationId: 'recordCheck',
    summary: 'Record a preparation check; the last required pass makes the device ready',
    tags,
    params: idParams,
    body: NewCheck,
    gives: CheckRecorded,
    problems: ['not-found', 'check-not-open', 'invalid'],
    call: ({ ctx, params, body }) => recordCheck(deps, ctx, params.id, body),
  });

  creates(app, '/devices/:id/updates-acceptances', {
    action: 'devices.accept-updates',
    operationId: 'acceptUpdates',
    summary: 'Say why a device may be lent though its security updates end too early, or nobody knows when',
    tags,
    params: idParams,
    body: NewAcceptance,
    gives: DeviceState,
    problems: ['not-found', 'device-move-refused', 'invalid'],
    call: ({ ctx, params, body }) => acceptUpdates(deps, ctx, params.id, body),
  });

  creates(app, '/devices/:id/reopenings', {
    action: 'devices.prepare',
    operationId: 'reopenPreparation',
    summary: 'Send a ready device back to preparation',
    tags,
    params: idParams,
    body: Reopening,
    gives: DeviceState,
    problems: ['not-found', 'device-move-refused', 'invalid'],
    call: ({ ctx, params, body }) => reopenPreparation(deps, ctx, params.id, body),
  });
}

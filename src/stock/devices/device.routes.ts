import Type from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { timelineOf } from '../../shared/event.queries.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
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

const tags = ['Devices'];

/** /devices: the stock, one device, its history, and its preparation. */
export function deviceRoutes(app: App, deps: Deps): void {
  app.get(
    '/devices',
    {
      config: { action: 'devices.read' },
      schema: {
        operationId: 'listDevices',
        summary: 'Devices, newest first',
        tags,
        querystring: DeviceQuery,
        response: { 200: DeviceList },
      },
    },
    (request, reply) => sendPage(request, reply, listDevices(deps.db, request.query, today(deps.clock))),
  );

  app.get(
    '/devices/:id',
    {
      config: { action: 'devices.read' },
      schema: {
        operationId: 'getDevice',
        summary: 'One device',
        tags,
        params: idParams,
        response: { 200: Device, ...problemReplies('not-found') },
      },
    },
    (request) => getDevice(deps.db, request.params.id, today(deps.clock)),
  );

  app.get(
    '/devices/:id/history',
    {
      config: { action: 'devices.read' },
      schema: {
        operationId: 'getDeviceHistory',
        summary: 'What happened to a device, newest first',
        tags,
        params: idParams,
        querystring: Type.Object(listQuery, { additionalProperties: false }),
        response: { 200: DeviceHistory, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      await getDevice(deps.db, request.params.id);
      return sendPage(request, reply, timelineOf(deps.db, request.params.id, request.query));
    },
  );

  app.post(
    '/devices/:id/checks',
    {
      config: { action: 'devices.prepare' },
      schema: {
        operationId: 'recordCheck',
        summary: 'Record a preparation check; the last required pass makes the device ready',
        tags,
        params: idParams,
        body: NewCheck,
        response: { 201: CheckRecorded, ...problemReplies('not-found', 'check-not-open', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordCheck(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/devices/:id/reopenings',
    {
      config: { action: 'devices.prepare' },
      schema: {
        operationId: 'reopenPreparation',
        summary: 'Send a ready device back to preparation',
        tags,
        params: idParams,
        body: Reopening,
        response: { 201: DeviceState, ...problemReplies('not-found', 'device-move-refused', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await reopenPreparation(deps, request.ctx, request.params.id, request.body)),
  );
}

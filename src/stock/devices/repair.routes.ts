import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { giveUp, recordArrival, recordSeen } from './arrival.commands.ts';
import { DeviceState } from './device.schemas.ts';
import { sendForRepair, takeBackFromRepair } from './repair.commands.ts';
import { listRepairs } from './repair.queries.ts';
import {
  GivingUp,
  InRepairList,
  NewArrival,
  NewRepair,
  RepairQuery,
  RepairReturn,
  RepairState,
} from './repair.schemas.ts';

const tags = ['Devices'];

/** /repairs, and what happens to one device on its way to repair, back from it, or back from a borrower. */
export function repairRoutes(app: App, deps: Deps): void {
  app.get(
    '/repairs',
    {
      config: { action: 'devices.read' },
      schema: {
        operationId: 'listRepairs',
        summary: 'What is in repair',
        tags,
        querystring: RepairQuery,
        response: { 200: InRepairList },
      },
    },
    (request, reply) => sendPage(request, reply, listRepairs(deps.db, deps.clock, request.query)),
  );

  app.post(
    '/devices/:id/repairs',
    {
      config: { action: 'devices.repair' },
      schema: {
        operationId: 'sendForRepair',
        summary: 'Send a device for repair',
        tags,
        params: idParams,
        body: NewRepair,
        response: { 201: RepairState, ...problemReplies('not-found', 'invalid', 'device-move-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await sendForRepair(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/devices/:id/repair-returns',
    {
      config: { action: 'devices.repair' },
      schema: {
        operationId: 'takeBackFromRepair',
        summary: 'Take a device back from repair; it is prepared again from the start',
        tags,
        params: idParams,
        body: RepairReturn,
        response: { 201: RepairState, ...problemReplies('not-found', 'invalid', 'device-move-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await takeBackFromRepair(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/devices/:id/arrivals',
    {
      config: { action: 'loans.return' },
      schema: {
        operationId: 'recordArrival',
        summary: 'A device that was due back, or lost without an open incident, has arrived',
        tags,
        params: idParams,
        body: NewArrival,
        response: { 201: DeviceState, ...problemReplies('not-found', 'invalid', 'device-move-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordArrival(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/devices/:id/sightings',
    {
      config: { action: 'devices.prepare' },
      schema: {
        operationId: 'recordSeen',
        summary: 'A device that a stocktake missed is here after all; it is offered again',
        tags,
        params: idParams,
        response: { 201: DeviceState, ...problemReplies('not-found', 'device-move-refused') },
      },
    },
    async (request, reply) => reply.code(201).send(await recordSeen(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/devices/:id/losses',
    {
      config: { action: 'incidents.report' },
      schema: {
        operationId: 'giveUp',
        summary: 'Give up waiting for a device that was due back',
        tags,
        params: idParams,
        body: GivingUp,
        response: { 201: DeviceState, ...problemReplies('not-found', 'invalid', 'device-move-refused') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await giveUp(deps, request.ctx, request.params.id, request.body)),
  );
}

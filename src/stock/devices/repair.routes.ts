import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { creates, lists } from '../../shared/routes.ts';
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
  lists(app, '/repairs', {
    action: 'devices.read',
    operationId: 'listRepairs',
    summary: 'What is in repair',
    tags,
    querystring: RepairQuery,
    gives: InRepairList,
    call: ({ query }) => listRepairs(deps.db, deps.clock, query),
  });

  creates(app, '/devices/:id/repairs', {
    action: 'devices.repair',
    operationId: 'sendForRepair',
    summary: 'Send a device for repair',
    tags,
    params: idParams,
    body: NewRepair,
    gives: RepairState,
    problems: ['not-found', 'invalid', 'device-move-refused'],
    call: ({ ctx, params, body }) => sendForRepair(deps, ctx, params.id, body),
  });

  creates(app, '/devices/:id/repair-returns', {
    action: 'devices.repair',
    operationId: 'takeBackFromRepair',
    summary: 'Take a device back from repair; it is prepared again from the start',
    tags,
    params: idParams,
    body: RepairReturn,
    gives: RepairState,
    problems: ['not-found', 'invalid', 'device-move-refused'],
    call: ({ ctx, params, body }) => takeBackFromRepair(deps, ctx, params.id, body),
  });

  creates(app, '/devices/:id/arrivals', {
    action: 'loans.return',
    operationId: 'recordArrival',
    summary: 'A device that was due back, or lost without an open incident, has arrived',
    tags,
    params: idParams,
    body: NewArrival,
    gives: DeviceState,
    problems: ['not-found', 'invalid', 'device-move-refused'],
    call: ({ ctx, params, body }) => recordArrival(deps, ctx, params.id, body),
  });

  creates(app, '/devices/:id/sightings', {
    action: 'devices.prepare',
    operationId: 'recordSeen',
    summary: 'A device that a stocktake missed is here after all; it is offered again',
    tags,
    params: idParams,
    gives: DeviceState,
    problems: ['not-found', 'device-move-refused'],
    call: ({ ctx, params }) => recordSeen(deps, ctx, params.id),
  });

  creates(app, '/devices/:id/losses', {
    action: 'incidents.report',
    operationId: 'giveUp',
    summary: 'Give up waiting for a device that was due back',
    tags,
    params: idParams,
    body: GivingUp,
    gives: DeviceState,
    problems: ['not-found', 'invalid', 'device-move-refused'],
    call: ({ ctx, params, body }) => giveUp(deps, ctx, params.id, body),
  });
}

import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes } from '../../shared/routes.ts';
import { Device } from '../devices/device.schemas.ts';
import { changeDevice, deviceTag } from './device-change.commands.ts';
import { DeviceChange } from './device-change.schemas.ts';

/** PATCH /devices/{id}: what its donation's list said of it, put right. */
export function deviceChangeRoutes(app: App, deps: Deps): void {
  changes(app, '/devices/:id', {
    action: 'donations.record',
    operationId: 'changeDevice',
    summary: 'Correct what was recorded of a device; another kind is held to its own checks',
    tags: ['Devices'],
    params: idParams,
    versioned: true,
    body: DeviceChange,
    gives: Device,
    problems: ['not-found', 'invalid', 'device-identifier-in-use', 'device-change-refused'],
    call: async ({ ctx, params, body }) => (await changeDevice(deps, ctx, params.id, body)).device,
    etag: deviceTag,
  });
}

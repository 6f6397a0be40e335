import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies, strictObject } from '../shared/http.ts';
import { DeviceState } from './device.schemas.ts';
import { recordFound } from './found.commands.ts';

const Finding = strictObject(
  {
    locationId: Type.Optional(
      Type.String({ format: 'uuid', description: 'Where it is kept from now on; left out, where it was' }),
    ),
  },
  { examples: [{ locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
const DeviceFound = Type.Object({ ...DeviceState.properties, assetTag: Type.String() });

/** POST /devices/{id}/findings. */
export function foundRoutes(app: App, deps: Deps): void {
  app.post(
    '/devices/:id/findings',
    {
      config: { action: 'devices.prepare' },
      schema: {
        operationId: 'recordFound',
        summary: 'Record that a lost device was found; it is prepared again',
        tags: ['Devices'],
        params: idParams,
        body: Finding,
        response: { 201: DeviceFound, ...problemReplies('not-found', 'device-move-refused', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordFound(deps, request.ctx, request.params.id, request.body)),
  );
}

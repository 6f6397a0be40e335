import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies } from '../../shared/http.ts';
import { getDevice } from '../devices/device.queries.ts';
import { ownerOnLabels } from './label.queries.ts';
import { labelSvg } from './label.rules.ts';
import { LabelSize } from './label.schemas.ts';
import { labelAddresses } from './label-code.commands.ts';

/** GET /devices/{id}/label.svg, for label printers. */
export function labelRoutes(app: App, deps: Deps): void {
  app.get(
    '/devices/:id/label.svg',
    {
      config: { action: 'devices.label' },
      schema: {
        operationId: 'getDeviceLabel',
        summary: 'The label of a device as SVG, in millimetres',
        tags: ['Devices'],
        params: idParams,
        querystring: LabelSize,
        response: {
          200: {
            description: 'The label: QR code and Code 128 of the asset tag',
            content: { 'image/svg+xml': { schema: { type: 'string' } } },
          },
          ...problemReplies('not-found'),
        },
      },
    },
    async (request, reply) => {
      const device = await getDevice(deps.db, request.params.id);
      const { size, help } = request.query;
      const { assetTag } = device;
      const addresses = await labelAddresses(deps, request, { help, assetTags: [assetTag] });
      return reply
        .type('image/svg+xml; charset=utf-8')
        .send(labelSvg(device, size, await ownerOnLabels(deps), addresses.get(assetTag)));
    },
  );
}

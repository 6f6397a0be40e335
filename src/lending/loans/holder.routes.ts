import { logAccesses } from '../../people/patient.queries.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { getDevice } from '../../stock/devices/device.queries.ts';
import { listHolders } from './holder.queries.ts';
import { HolderList, HolderQuery } from './holder.schemas.ts';

/** GET /devices/{id}/holders. */
export function holderRoutes(app: App, deps: Deps): void {
  app.get(
    '/devices/:id/holders',
    {
      // It tells who the borrowers are.
      config: { action: 'loans.read' },
      schema: {
        operationId: 'listHolders',
        summary: 'Who had a device when, the latest first; the look is logged for each patient',
        tags: ['Devices'],
        params: idParams,
        querystring: HolderQuery,
        response: { 200: HolderList, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const page = await listHolders(deps.db, request.params.id, request.query);
      if (!page.items.length) await getDevice(deps.db, request.params.id);
      const patients = page.items.flatMap(({ patient }) => patient?.id ?? []);
      await logAccesses(deps, request.ctx, patients, 'device');
      return sendPage(request, reply, Promise.resolve(page));
    },
  );
}

import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { lists } from '../../shared/routes.ts';
import { getDevice } from '../../stock/devices/device.queries.ts';
import { listHolders } from './holder.queries.ts';
import { HolderList, HolderQuery } from './holder.schemas.ts';

/** GET /devices/{id}/holders. */
export function holderRoutes(app: App, deps: Deps): void {
  lists(app, '/devices/:id/holders', {
    // It tells who the borrowers are.
    action: 'loans.read',
    operationId: 'listHolders',
    summary: 'Who had a device when, the latest first; the look is logged for each patient',
    tags: ['Devices'],
    params: idParams,
    querystring: HolderQuery,
    gives: HolderList,
    problems: ['not-found'],
    async call({ params, query }) {
      const page = await listHolders(deps.db, params.id, query);
      if (!page.items.length) await getDevice(deps.db, params.id);
      return page;
    },
  });
}

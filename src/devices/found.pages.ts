import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { recordFound } from './found.commands.ts';

/** POST /devices/:id/findings: the button of a lost device. */
export function foundPages(app: App, deps: Deps): void {
  app.post(
    '/devices/:id/findings',
    { config: { action: 'devices.prepare' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { assetTag } = await recordFound(deps, request.ctx, id);
      return reply.done(`/devices/${id}`, {
        text: `${assetTag} is found. Every check is open again.`,
      });
    },
  );
}

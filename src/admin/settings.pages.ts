import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { settingsFor } from './settings.ts';

/** /settings: the pages on which the scheme says how it works. */
export function settingsPages(app: App, _deps: Deps): void {
  app.get('/settings', { config: { action: 'settings.read' } }, async (request, reply) =>
    reply.page('admin/views/settings.njk', {
      settings: settingsFor(request.ctx.actor),
    }),
  );
}

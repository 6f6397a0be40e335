import { may } from '../access/permissions.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { firstSteps } from './first-steps.ts';
import { settingsFor } from './settings.ts';

/** /settings: the pages on which the scheme says how it works. */
export function settingsPages(app: App, deps: Deps): void {
  app.get('/settings', { config: { action: 'settings.read' } }, async (request, reply) => {
    const { actor } = request.ctx;
    return reply.page('office/views/settings.njk', {
      settings: settingsFor(actor),
      // Who has a Today sees them there.
      firstSteps: may(actor, 'today.read') ? null : await firstSteps(deps.db, actor),
    });
  });
}

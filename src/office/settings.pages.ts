import Type from 'typebox';
import { may } from '../access/permissions.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { firstSteps } from './first-steps.ts';
import { findSettings, settingsFor } from './settings.ts';

const longest = 100;
const querystring = Type.Object(
  { sought: Type.Optional(Type.String({ maxLength: longest })) },
  { additionalProperties: false },
);

/** /settings: the pages on which the scheme says how it works, and looking for one of them. */
export function settingsPages(app: App, deps: Deps): void {
  app.get(
    '/settings',
    { config: { action: 'settings.read' }, schema: { querystring } },
    async (request, reply) => {
      const { actor } = request.ctx;
      const { sought } = request.query;
      return reply.page('office/views/settings.njk', {
        sought,
        longest,
        found: sought === undefined ? null : findSettings(actor, sought),
        settings: settingsFor(actor),
        // Who has a Today sees them there.
        firstSteps: may(actor, 'today.read') ? null : await firstSteps(deps.db, actor),
      });
    },
  );
}

import type { Deps } from '../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../shared/http.ts';
import { reads } from '../shared/routes.ts';
import { changeScheme } from './scheme.commands.ts';
import { readScheme, schemeTag } from './scheme.queries.ts';
import { NewScheme, Scheme } from './scheme.schemas.ts';

const tags = ['The scheme'];

/** /scheme: what the scheme is called and how it is reached. */
export function schemeRoutes(app: App, deps: Deps): void {
  reads(app, '/scheme', {
    action: 'settings.read',
    operationId: 'getScheme',
    summary: 'What the scheme is called and how it is reached',
    tags,
    gives: Scheme,
    call: () => readScheme(deps, deps.db),
    etag: (scheme) => schemeTag(scheme),
  });

  app.put(
    '/scheme',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeScheme',
        summary: 'Say what the scheme is called and how it is reached',
        description: 'What is left out is none. The logo is kept; the settings page changes it.',
        tags,
        headers: ifMatch,
        body: NewScheme,
        response: { 200: Scheme, ...problemReplies('invalid', 'if-match-required', 'changed-meanwhile') },
      },
    },
    async (request, reply) => {
      const scheme = await changeScheme(deps, request.ctx, request.body);
      return reply.header('etag', schemeTag(scheme)).send(scheme);
    },
  );
}

import type { Deps } from '../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../shared/http.ts';
import { changeScheme } from './scheme.commands.ts';
import { readScheme, schemeTag } from './scheme.queries.ts';
import { NewScheme, Scheme } from './scheme.schemas.ts';

const tags = ['The scheme'];

/** /scheme: what the scheme is called and how it is reached. */
export function schemeRoutes(app: App, deps: Deps): void {
  app.get(
    '/scheme',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getScheme',
        summary: 'What the scheme is called and how it is reached',
        tags,
        response: { 200: Scheme },
      },
    },
    async (_request, reply) => {
      const scheme = await readScheme(deps, deps.db);
      return reply.header('etag', schemeTag(scheme)).send(scheme);
    },
  );

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
      const scheme = await changeScheme(deps, request.ctx, request.body, request.headers['if-match']);
      return reply.header('etag', schemeTag(scheme)).send(scheme);
    },
  );
}

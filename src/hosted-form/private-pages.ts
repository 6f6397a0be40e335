import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { toProblem } from '../shared/problem.ts';

/**
 * Makes the pages of a scope those of an address that is a secret: nobody keeps them, no site that
 * they lead to learns of it, and whoever comes with a link that has ended is told what to do.
 */
export function privatePages(app: App, deps: Deps): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    reply
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex');
    return payload;
  });
  app.setErrorHandler(async (error, _request, reply) => {
    const problem = toProblem(error);
    if (![403, 404, 429].includes(problem.status)) throw error;
    reply.code(problem.status);
    return reply.page('hosted-form/views/problem.njk', { problem, phone: deps.config.SCHEME_PHONE });
  });
}

import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { isApi } from '../access/authentication.ts';
import type { Deps } from '../shared/deps.ts';
import { logListAccess } from './look.queries.ts';
import { filtersAsked, peopleNamedIn } from './look.rules.ts';

/**
 * Writes down whom every answer names, before it is sent: one row for a list, a page or a reply of the API, however many
 * it names. Whoever’s record was opened by it, which has its own row, is not written twice, and neither is whoever’s
 * story has what was done by it. When it cannot be written, nothing is shown. Comes after authentication.
 */
export const looks = plugin<{ deps: Deps }>(async (app, { deps }) => {
  app.addHook('preSerialization', async (request, _reply, answer) => {
    if (isApi(request)) request.shown = answer;
    return answer;
  });
  app.addHook('onSend', async (request, reply, sent) => {
    const { ctx, shown } = request;
    request.shown = null;
    if (!ctx || !shown || reply.statusCode >= 500) return sent;
    const isDone = reply.statusCode < 400;
    const people = peopleNamedIn(shown).filter(
      (id) => !ctx.looked?.has(id) && !(isDone && ctx.told?.has(id)),
    );
    await logListAccess(deps, ctx, people, listOf(request));
    return sent;
  });
});

/** Which list it is, and what narrows it. What was sent in a form or searched for is never kept. */
function listOf({ routeOptions, query, params }: FastifyRequest) {
  const { url = '', schema } = routeOptions;
  return {
    list: url.replace(/^\/api\/v1/, ''),
    filters: { ...filtersAsked(schema?.params, params), ...filtersAsked(schema?.querystring, query) },
  };
}

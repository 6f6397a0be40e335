import type { FastifyReply, FastifyRequest } from 'fastify';
import { bringsToken } from './bearer.ts';
import type { Deps } from './deps.ts';
import { problemDetails } from './http.ts';
import { Problem } from './problem.ts';
import { isThisMachine } from './unsafe-settings.ts';

/**
 * A hook for what is for whoever runs Lendwell: it wants OPS_TOKEN as bearer, and opens without one only where Lendwell
 * is reached from its own machine alone, as `npm start` has it.
 */
export function forOperators({ config }: Deps) {
  const { HOST, PUBLIC_URL, OPS_TOKEN } = config;
  const isOwn = isThisMachine(HOST) && (!PUBLIC_URL || isThisMachine(new URL(PUBLIC_URL).hostname));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (bringsToken(request, OPS_TOKEN) || (isOwn && !OPS_TOKEN)) return undefined;
    const problem = new Problem('not-signed-in', { detail: 'Send the token that is set as OPS_TOKEN.' });
    request.refusedWith = problem.type;
    // Who scrapes is led to no page for signing in.
    return reply
      .code(problem.status)
      .header('www-authenticate', 'Bearer realm="Lendwell"')
      .type('application/problem+json')
      .send(problemDetails(problem, request.id));
  };
}

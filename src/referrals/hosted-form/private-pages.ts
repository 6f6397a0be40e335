import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../../shared/http.ts';
import { toProblem } from '../../shared/problem.ts';
import { keepAddressSecret } from '../../shared/secret-address.ts';

/**
 * Makes the pages of a scope those of an address that is a secret: nobody keeps them, no site that
 * they lead to learns of it, and whoever comes with a link that has ended is told what to do.
 * @param sentTooLate shows a form again with what was typed, where it was open for too long to be taken
 */
export function privatePages(
  app: App,
  sentTooLate: (request: FastifyRequest, reply: FastifyReply) => Promise<string> | undefined,
): void {
  keepAddressSecret(app);
  app.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error);
    if (![403, 404, 429].includes(problem.status)) throw error;
    reply.code(problem.status);
    const again = problem.type === 'form-expired' ? await sentTooLate(request, reply) : undefined;
    return again ?? reply.page('referrals/hosted-form/views/problem.njk', { problem });
  });
}

/** What a form says that was open for too long. */
export const tooLate = 'This page was open too long and was not saved. It is as you left it: send it again.';

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { App } from '../shared/http.ts';
import { toProblem } from '../shared/problem.ts';

/** For pages whose address is a secret: nobody keeps them, and no site that they lead to learns of it. */
export function keepAddressSecret(app: App): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('referrer-policy', 'no-referrer').header('x-robots-tag', 'noindex');
    return payload;
  });
}

/**
 * Makes the pages of a scope those of a form at an address that is a secret: whoever comes with a link that
 * has ended is told what to do, and what else is refused stays with `app`.
 * @param view the template that shows such a refusal as `problem`
 * @param sentTooLate shows a form again with what was typed, where it was open for too long to be taken
 */
export function secretFormPages(
  app: App,
  view: string,
  sentTooLate: (request: FastifyRequest, reply: FastifyReply) => Promise<string> | undefined,
): void {
  keepAddressSecret(app);
  app.setErrorHandler(async (error, request, reply) => {
    const problem = toProblem(error);
    if (![403, 404, 429].includes(problem.status)) throw error;
    reply.code(problem.status);
    const again = problem.type === 'form-expired' ? await sentTooLate(request, reply) : undefined;
    return again ?? reply.page(view, { problem });
  });
}

/** What a form says that was open for too long. */
export const tooLate = 'This page was open too long and was not saved. It is as you left it: send it again.';

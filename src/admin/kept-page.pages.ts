import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { perAddress } from '../access/rate-limit.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { keepAddressSecret } from '../shared/secret-address.ts';
import { findKeptPage, keptPages } from './kept-page.ts';

const addressPerMinute = 240;

/** What a form was answered with, as often as its browser comes back to it. */
export function keptPagePages(app: App, deps: Deps): void {
  app.get(
    `${keptPages.staff}/:id`,
    { config: { action: 'session.own' }, schema: { params: idParams } },
    (request, reply) => show(request, reply, request.params.id),
  );

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.get(
      `${keptPages.anyone}/:id`,
      { config: { action: 'public', rateLimit: perAddress(addressPerMinute) }, schema: { params: idParams } },
      (request, reply) => show(request, reply, request.params.id),
    );
  });

  async function show(request: FastifyRequest, reply: FastifyReply, id: string): Promise<string> {
    const page = await findKeptPage(deps, request, id);
    if (!page)
      throw new Problem('not-found', {
        detail: 'What a form was answered with is kept for an hour, for whoever sent it. Open the form anew.',
      });
    reply.code(page.status).header('cache-control', 'no-store').type('text/html; charset=utf-8');
    return page.html;
  }
}

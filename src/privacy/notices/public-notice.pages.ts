import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { perAddress } from '../../access/rate-limit.ts';
import { blocksOf } from '../../shared/blocks.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { toProblem } from '../../shared/problem.ts';
import { oneOf } from '../../shared/schemas.ts';
import { keepAddressSecret } from '../../web/secret-address.ts';
import { publishedNotice } from './notice.queries.ts';
import { type NoticeName, namedNotices, noticeFacts } from './notice.rules.ts';

const params = Type.Object({ notice: oneOf(namedNotices) });
const discreetView = 'privacy/notices/views/discreet.njk';

/** /notices/:notice: what the public is told, without signing in. /notice: the same to whoever answers a discreet message, and it names nobody. */
export function publicNoticePages(app: App, deps: Deps): void {
  const open = { config: { action: 'public', rateLimit: perAddress(60) } } as const;

  app.get('/notices/:notice', { ...open, schema: { params } }, async (request, reply) => {
    const { notice } = request.params;
    return reply.page('privacy/notices/views/public.njk', {
      ...noticeFacts[notice],
      ...(await shown(notice)),
    });
  });

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.setErrorHandler(async (error, request, reply) => {
      const { status } = toProblem(error);
      if (status >= 500) request.log.error({ err: error }, 'the discreet notice failed');
      return reply.code(status).page(discreetView, { again: true });
    });
    pages.get('/notice', open, async (_request, reply) =>
      reply.page(discreetView, await shown('patients_discreet')),
    );
  });

  async function shown(name: NoticeName) {
    const published = await publishedNotice(deps.db, name);
    return { published, blocks: published && blocksOf(published.text) };
  }
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { perAddress, perKey } from '../../access/rate-limit.ts';
import { publishedNotice } from '../../privacy/notices/notice.queries.ts';
import { blocksOf } from '../../shared/blocks.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { toProblem } from '../../shared/problem.ts';
import { oneOf } from '../../shared/schemas.ts';
import { labelCodeHash } from '../../stock/labels/label-code.queries.ts';
import { keepAddressSecret } from '../../web/secret-address.ts';
import { sayByCode } from './found.commands.ts';
import { foundKinds, mostFoundWords, mostReach } from './found.rules.ts';

const view = 'lending/found/views/found.njk';
const params = Type.Object({ slug: Type.String({ maxLength: 100 }) });
const query = Type.Object({ said: Type.Optional(oneOf(['found', 'mine', 'nothing'])) });
const body = Type.Object({
  kind: oneOf(foundKinds),
  words: Type.Optional(Type.String({ maxLength: 10_000 })),
  reach: Type.Optional(Type.String({ maxLength: 10_000 })),
});

/**
 * /f/:slug: where the second code on a label leads. Whoever looks may be anybody: the page names nobody and
 * nothing, looks up nothing by its address, and answers the same to a code that lives, has ended or never was.
 */
export function foundPages(app: App, deps: Deps): void {
  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.setErrorHandler(async (error, request, reply) => {
      const { status } = toProblem(error);
      if (status >= 500) request.log.error({ err: error }, 'what was said by a label failed');
      return reply.code(status).page(view, { again: true });
    });
    const limitCode = perKey(
      pages,
      3,
      (request) => labelCodeHash(deps, (request.params as { slug: string }).slug).toString('base64url'),
      '10 minutes',
    );

    pages.get(
      '/f/:slug',
      { config: { action: 'public', rateLimit: perAddress(60) }, schema: { params, querystring: query } },
      async (request, reply) => {
        const [notice, handIn] = await Promise.all([
          publishedNotice(deps.db, 'patients_discreet'),
          publishedNotice(deps.db, 'hand_in'),
        ]);
        const { said } = request.query;
        return reply.page(view, {
          said,
          handIn: said === 'found' && handIn ? blocksOf(handIn.text) : undefined,
          hasNotice: notice !== undefined,
          mostFoundWords,
          mostReach,
        });
      },
    );

    pages.post(
      '/f/:slug',
      {
        config: { action: 'public', bySecret: true, rateLimit: perAddress(20) },
        onRequest: limitCode,
        schema: { params, body },
      },
      async (request, reply) => {
        const { slug } = request.params;
        const { kind, words = '', reach = '' } = request.body;
        const written = kind === 'found' && {
          body: words.trim().slice(0, mostFoundWords) || undefined,
          reach: reach.trim().slice(0, mostReach) || undefined,
        };
        await sayByCode(deps, request.id, slug, { kind, ...written });
        const isEmpty = written && !written.body && !written.reach;
        const said = kind === 'found' ? (isEmpty ? 'nothing' : 'found') : 'mine';
        return reply.redirect(`/f/${encodeURIComponent(slug)}?said=${said}`, 303);
      },
    );
  });
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type, { type Static } from 'typebox';
import { perAddress } from '../../access/rate-limit.ts';
import { addressWords, NamedWords, namedWords } from '../../messages/renderings/address.schemas.ts';
import type { AnswerPhrases } from '../../messages/renderings/phrase.rules.ts';
import { editionsOf, getRendered, wordsFor } from '../../messages/renderings/rendering.queries.ts';
import type { Thing } from '../../messages/renderings/thing.rules.ts';
import { directionOf, fitOf, ownName } from '../../people/format.rules.ts';
import { blocksOf } from '../../shared/blocks.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { toProblem } from '../../shared/problem.ts';
import { oneOf } from '../../shared/schemas.ts';
import { keepAddressSecret } from '../../web/secret-address.ts';
import { publishedNotice } from './notice.queries.ts';
import { type NoticeName, namedNotices, noticeFacts } from './notice.rules.ts';

const params = Type.Object({ notice: oneOf(namedNotices) });
/** What people who are helped read, in other languages and in easy words. */
const rendered: Partial<Record<NoticeName, Thing>> = {
  patients: 'notice',
  patients_discreet: 'notice_discreet',
};
const discreetView = 'privacy/notices/views/discreet.njk';

/** /notices/:notice: what the public is told, without signing in. /notice: the same to whoever answers a discreet message, and it names nobody. */
export function publicNoticePages(app: App, deps: Deps): void {
  const open = { config: { action: 'public', rateLimit: perAddress(60) } } as const;

  app.get(
    '/notices/:notice',
    { ...open, schema: { params, querystring: NamedWords } },
    async (request, reply) => {
      const { notice } = request.params;
      return reply.page('privacy/notices/views/public.njk', {
        ...noticeFacts[notice],
        ...(await shown(notice, request.query)),
      });
    },
  );

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.setErrorHandler(async (error, request, reply) => {
      const { status } = toProblem(error);
      if (status >= 500) request.log.error({ err: error }, 'the discreet notice failed');
      return reply.code(status).page(discreetView, { again: true });
    });
    pages.get('/notice', { ...open, schema: { querystring: NamedWords } }, async (request, reply) =>
      reply.page(discreetView, await shown('patients_discreet', request.query)),
    );
  });

  async function shown(name: NoticeName, named: Static<typeof NamedWords>) {
    const published = await publishedNotice(deps.db, name);
    const thing = rendered[name];
    if (!published || !thing) return { published, blocks: published && blocksOf(published.text) };
    const wanted = namedWords(named);
    const [found, around] = await Promise.all([
      getRendered(deps.db, thing),
      wordsFor<keyof AnswerPhrases>(deps.db, 'answer_page', wanted),
    ]);
    const editions = editionsOf(found);
    const { edition } = fitOf(editions, wanted);
    return {
      published,
      blocks: blocksOf(edition.phrases.text!),
      language: edition.language,
      dir: directionOf(edition.language),
      format: edition.format,
      isOriginal: edition.version === null,
      around: around!.edition,
      others: editions
        .filter((one) => one !== edition)
        .map((one) => ({ href: addressWords(one), language: one.language, text: ownName(one) })),
    };
  }
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Type from 'typebox';
import { perAddress } from '../access/rate-limit.ts';
import { revealingWords } from '../messages/template.rules.ts';
import { directionOf } from '../people/format.rules.ts';
import { namesToLeaveOut } from '../scheme/names.queries.ts';
import { namedIn } from '../scheme/names.rules.ts';
import { blocksOf } from '../shared/blocks.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem, toProblem } from '../shared/problem.ts';
import { keepAddressSecret } from '../web/secret-address.ts';
import { publishedGuide } from './guide.queries.ts';
import { formatOf } from './guide.rules.ts';
import { guideLanguage } from './guide.schemas.ts';
import { type NumberedSignpost, signpostNumbered } from './signpost.queries.ts';

const number = Type.Integer({ minimum: 1, maximum: 2_000_000_000 });
const edition = Type.Object({ number, language: guideLanguage, format: Type.String({ maxLength: 1 }) });
const view = 'support/views/public-guide.njk';

/**
 * /g/:number/:language/:format and /w/:number: a guide and a signpost as anybody may read them. They name no scheme, no
 * clinic and nobody who reads them; what a phone shows of the address in advance tells nothing either.
 */
export function publicGuidePages(app: App, deps: Deps): void {
  /** Whether nobody learns from a signpost that was given to nobody whose it is, or what it is about. */
  async function tellsNothing({ name, details, personWords }: NumberedSignpost) {
    const text = [name, details, personWords ?? ''].join('\n');
    return !revealingWords(text).length && !namedIn(text, await namesToLeaveOut(deps, deps.db)).length;
  }

  app.register(async (scope) => {
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    keepAddressSecret(pages);
    pages.setErrorHandler(async (error, request, reply) => {
      const { status } = toProblem(error);
      if (status >= 500) request.log.error({ err: error }, 'the page of a guide failed');
      return reply.code(status === 422 ? 404 : status).page(view, { gone: true, again: status === 429 });
    });
    const open = { config: { action: 'public', rateLimit: perAddress(60) } } as const;

    pages.get(
      '/g/:number/:language/:format',
      { ...open, schema: { params: edition } },
      async (request, reply) => {
        const { number, language: inLanguage, format: letter } = request.params;
        const wanted = formatOf(letter);
        const guide =
          wanted && (await publishedGuide(deps.db, number, { language: inLanguage, format: wanted }));
        if (!guide) throw new Problem('not-found');
        const { title, text, language, format } = guide;
        return reply.page(view, {
          title,
          tab: tabOf(title),
          blocks: blocksOf(text),
          language,
          dir: directionOf(language),
          format,
        });
      },
    );

    pages.get(
      '/w/:number',
      { ...open, schema: { params: Type.Object({ number }) } },
      async (request, reply) => {
        const signpost = await signpostNumbered(deps.db, request.params.number);
        if (!signpost || !(signpost.isGiven || (await tellsNothing(signpost))))
          throw new Problem('not-found');
        const { name, details, url, personWords } = signpost;
        return reply.page(view, {
          title: name,
          tab: tabOf(name),
          blocks: blocksOf(details),
          url,
          personWords,
        });
      },
    );
  });
}

/** What stands in the tab, and in what a phone shows of a link before it is opened. */
const tabOf = (title: string) => (revealingWords(title).length ? 'Something to read' : title);

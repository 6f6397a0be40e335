import { directionOf, editionWords } from '../../people/format.rules.ts';
import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { Problem } from '../../shared/problem.ts';
import { fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { publishRendering } from './rendering.commands.ts';
import { getRendered } from './rendering.queries.ts';
import { RenderingHead, renderingParams } from './rendering.schemas.ts';
import { thingFacts } from './thing.rules.ts';

const words = {
  approvedBy: 'Enter who approved it',
  approvedOn: 'Enter the day on which it was approved',
};

/** /settings/renderings/:thing/:language/:format: the words of a thing in a language and a format, beside the English ones. */
export function renderingPages(app: App, deps: Deps): void {
  formPage(app, '/settings/renderings/:thing/:language/:format', {
    action: 'settings.change',
    reads: 'settings.read',
    params: renderingParams,
    view: 'messages/renderings/views/rendering.njk',
    async show(sent, { params }) {
      const { thing, language, format } = params;
      const { original, renderings } = await getRendered(deps.db, thing);
      if (language === 'en' && format === 'standard') throw new Problem('not-found');
      const newest = renderings.find((one) => one.language === language && one.format === format);
      const typed: Typed = Object.fromEntries(
        Object.entries(newest?.phrases ?? {}).map(([name, text]) => [`phrases.${name}`, text]),
      );
      // Whoever was told of a newer version sends theirs in its place, if they send it again.
      const seen = sent?.status === 412 ? undefined : sent?.typed;
      return {
        ...params,
        ...thingFacts[thing],
        called: editionWords(params),
        dir: directionOf(language),
        original,
        phrases: Object.entries(original?.phrases ?? {}).map(([name, english]) => ({ name, english })),
        newest,
        form: sent ?? newForm(typed),
        ofVersion: String(seen?.ofVersion ?? original?.version ?? ''),
        insteadOf: String(seen?.insteadOf ?? newest?.version ?? 0),
      };
    },
    async take(typed, { ctx, params }) {
      const isPhrase = ([name]: [string, unknown]) => name.startsWith('phrases.');
      const phrases = Object.fromEntries(
        Object.entries(typed)
          .filter(isPhrase)
          .map(([name, text]) => [name.slice('phrases.'.length), String(text)]),
      );
      const head = Object.fromEntries(Object.entries(typed).filter((entry) => !isPhrase(entry)));
      const input = { ...fields(RenderingHead, { ...head, ...params }, words), phrases };
      await publishRendering(deps, ctx, input);
      return {
        href: '/settings/formats',
        text: `${thingFacts[params.thing].title} in ${editionWords(params)} is published. People who need it are given it from now on.`,
      };
    },
  });
}

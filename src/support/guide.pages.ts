import Type from 'typebox';
import { languages } from '../people/contact.rules.ts';
import { editionWords, formats, formatWords } from '../people/format.rules.ts';
import { blocksOf } from '../shared/blocks.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, newForm, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { addGuide, changeGuide, publishGuide } from './guide.commands.ts';
import { earlierVersions, getGuide, guideTag, listGuides } from './guide.queries.ts';
import { guidePath } from './guide.rules.ts';
import { type Guide, type GuideVersion, NewGuide, NewGuideVersion } from './guide.schemas.ts';
import { handoutPages } from './handout.pages.ts';
import { publicGuidePages } from './public-guide.pages.ts';
import { signpostPages } from './signpost.pages.ts';
import { topics, topicWords } from './support.rules.ts';

const words = {
  name: 'Enter what it is called',
  topic: 'Choose what it is about',
  language: 'Choose the language',
  format: 'Choose the format',
  title: 'Enter the heading that people read',
  text: 'Write what people read',
};
const formView = 'support/views/guide-form.njk';
const textView = 'support/views/guide-text.njk';
const choices = {
  topics: topics.map((value) => ({ value, text: topicWords[value] })),
  languages: [{ value: 'en', text: 'English' }, ...languages],
  formats: formats.map((value) => ({ value, text: formatWords[value] })),
};
const { language, format } = NewGuideVersion.properties;
const WhichText = Type.Object({ language: Type.Optional(language), format: Type.Optional(format) });

/** /settings/guides: what people are given to read, by topic, language and format, version by version. */
export function guidePages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  signpostPages(app, deps);
  handoutPages(app, deps);
  publicGuidePages(app, deps);

  const get = (id: string) => getGuide(deps.db, id, today(deps.clock));

  app.get('/settings/guides', read, async (_request, reply) => {
    const guides = await listGuides(deps.db, today(deps.clock));
    return reply.page('support/views/guides.njk', {
      guides: guides.map((guide) => ({
        ...guide,
        topicWord: topicWords[guide.topic],
        inWhat: guide.editions.map(editionWords).join('; '),
      })),
    });
  });

  formPage(app, '/settings/guides/new', {
    action: 'guides.write',
    view: formView,
    show: () => choices,
    async take(typed, { ctx }) {
      const guide = await addGuide(deps, ctx, fields(NewGuide, typed, words));
      return { href: `/settings/guides/${guide.id}`, text: `${guide.name} is added. Write its text next.` };
    },
  });

  app.get('/settings/guides/:id', { ...read, schema: { params: idParams } }, async (request, reply) => {
    const guide = await get(request.params.id);
    const earlier = await earlierVersions(deps.db, guide.id);
    const shown = (one: GuideVersion) => ({
      ...one,
      called: editionWords(one),
      path: `/${guidePath(guide.number, one)}`,
      blocks: blocksOf(one.text),
    });
    return reply.page('support/views/guide.njk', {
      guide,
      topic: topicWords[guide.topic],
      editions: guide.editions.map(shown),
      earlier: earlier.map(shown),
    });
  });

  formPage(app, '/settings/guides/:id/change', {
    action: 'guides.write',
    params: idParams,
    view: formView,
    async show(sent, { params }) {
      const guide = await get(params.id);
      const form = besideTheOther(sent, typedOf(guide));
      return { ...choices, guide, form, version: versionToSend(form, guideTag(guide)) };
    },
    async take({ version = '', retired, ...typed }, { ctx, params: { id } }) {
      const blank = { madeBy: null, madeWith: null, reviewOn: null };
      const change = { ...blank, ...fields(NewGuide, typed, words), retired: retired === 'yes' };
      const { name } = await changeGuide(deps, { ...ctx, ifMatch: String(version) }, id, change);
      const offered = change.retired ? ' It is no longer offered; who was given it can still read it.' : '';
      return { href: `/settings/guides/${id}`, text: `${name} is changed.${offered}` };
    },
  });

  formPage(app, '/settings/guides/:id/versions', {
    action: 'guides.write',
    params: idParams,
    querystring: WhichText,
    view: textView,
    async show(sent, { params, query }) {
      const guide = await get(params.id);
      const which = { ...query, ...sent?.typed };
      const newest = guide.editions.find(
        (one) => one.language === which.language && one.format === which.format,
      );
      const start: Typed = {
        language: query.language ?? 'en',
        format: query.format ?? 'standard',
        ...(newest && { title: newest.title, text: newest.text }),
      };
      const form = sent ? besideTheOther(sent, start, ['insteadOf']) : newForm(start);
      const seen = sent?.status === 412 ? undefined : sent?.typed.insteadOf;
      const called = newest && editionWords(newest);
      return { ...choices, guide, form, called, insteadOf: String(seen ?? newest?.version ?? 0) };
    },
    async take(typed, { ctx, params: { id } }) {
      const input = fields(NewGuideVersion, typed, words);
      const guide = await publishGuide(deps, ctx, id, input);
      return {
        href: `/settings/guides/${id}`,
        text: `${editionWords(input)}: version ${input.insteadOf + 1} of ${guide.name} is published. People read it from now on.`,
      };
    },
  });
}

const typedOf = ({ name, topic, madeBy, madeWith, reviewOn, retired }: Guide): Typed => ({
  name,
  topic,
  madeBy: madeBy ?? '',
  madeWith: madeWith ?? '',
  reviewOn: reviewOn ?? '',
  ...(retired && { retired: 'yes' }),
});

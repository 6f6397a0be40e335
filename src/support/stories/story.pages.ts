import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { consentToStory, withdrawStoryConsent } from './consent.commands.ts';
import { changeStory, retireStory, tellStory } from './story.commands.ts';
import { getStory, getTeller, listStories, storyTag } from './story.queries.ts';
import {
  consentWayWords,
  findsInWords,
  followedWords,
  purposeWords,
  storyStates,
  tellingWords,
} from './story.rules.ts';
import { NewStory, NewStoryConsent, type Story, StoryQuery, type ToldAt } from './story.schemas.ts';

const words = {
  words: 'Write down what they told',
  telling: 'Choose whose words these are',
  followed: 'Choose what followed',
  purposes: 'Choose for what it may be told',
  way: 'Choose how they agreed',
};
const choices = (texts: Record<string, string>) =>
  Object.entries(texts).map(([value, text]) => ({ value, text }));
const formView = 'support/stories/views/story-form.njk';
const storyView = 'support/stories/views/story.njk';
/** From where a story is written down, by whom, and where it was told. */
const places = {
  patients: { action: 'patients.change', toldAt: (id: string): ToldAt => ({ patientId: id }) },
  'follow-ups': { action: 'stories.write', toldAt: (id: string): ToldAt => ({ followUpId: id }) },
  'drop-ins': { action: 'stories.write', toldAt: (id: string): ToldAt => ({ dropInId: id }) },
} as const;

/** /stories: what people told of what followed, for what each may be told, and where it is written down. */
export function storyPages(app: App, deps: Deps): void {
  const read = { action: 'stories.read' } as const;
  const one = { action: 'stories.write', params: idParams } as const;

  app.get('/stories', { config: read, schema: { querystring: StoryQuery } }, async (request, reply) => {
    const { after, limit: _limit, ...filters } = request.query;
    const list = await listStories(deps.db, request.ctx.actor, request.query, today(deps.clock));
    const query = new URLSearchParams(filters as Record<string, string>).toString();
    return reply.page('support/stories/views/stories.njk', {
      ...list,
      after,
      filters,
      query,
      states: storyStates.filter((state) => state !== 'retired'),
      followed: choices(followedWords),
      followedWords,
      purposeWords,
    });
  });

  for (const [place, { action, toldAt }] of Object.entries(places))
    formPage(app, `/${place}/:id/stories`, {
      action,
      params: idParams,
      view: formView,
      async show(sent, { ctx, params: { id } }) {
        const teller = await getTeller(deps.db, ctx.actor, toldAt(id));
        if (teller.patient) await logAccess(deps, ctx, teller.patient.id, 'patient');
        return {
          ...shared(sent ?? newForm({ toldOn: today(deps.clock) })),
          ...teller,
          here: `/${place}/${id}/stories`,
        };
      },
      async take(typed, { ctx, params: { id } }) {
        const story = await tellStory(deps, ctx, toldAt(id), fields(NewStory, typed, words));
        return {
          href: `/stories/${story.id}`,
          text: 'It is written down. It appears nowhere before they agree: ask for what it may be told.',
        };
      },
    });

  app.get('/stories/:id', { config: read, schema: { params: idParams } }, async (request, reply) =>
    reply.page(storyView, await view(request.ctx, request.params.id)),
  );

  submit(app, '/stories/:id/consents', {
    ...one,
    view: storyView,
    show: (sent, { ctx, params }) => view(ctx, params.id, sent),
    async take(typed, { ctx, params: { id } }) {
      const story = await consentToStory(deps, ctx, id, fields(NewStoryConsent, typed, words));
      return { href: `/stories/${story.id}`, text: 'What they agreed to is written down.' };
    },
  });

  submit(app, '/stories/:id/withdrawals', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { id } = await withdrawStoryConsent(deps, ctx, params.id);
      return { href: `/stories/${id}`, text: 'The story is told no more, from now on.' };
    },
  });

  submit(app, '/stories/:id/retirements', {
    ...one,
    async take(_typed, { ctx, params }) {
      await retireStory(deps, ctx, params.id);
      return { href: '/stories', text: 'The story is taken out for good.' };
    },
  });

  formPage(app, '/stories/:id/change', {
    ...one,
    view: formView,
    async show(sent, { ctx, params }) {
      const story = await readStory(ctx, params.id);
      const form = besideTheOther(sent, typedOf(story));
      return {
        ...shared(form),
        story,
        patient: story.patient,
        back: { href: `/stories/${story.id}`, text: 'Story' },
        here: `/stories/${story.id}/change`,
        version: versionToSend(form, storyTag(story)),
      };
    },
    async take({ version = '', ...typed }, { ctx, params: { id } }) {
      const change = fields(NewStory, typed, words);
      await changeStory(deps, { ...ctx, ifMatch: String(version) }, id, change);
      const { state } = await getStory(deps.db, ctx.actor, id, today(deps.clock));
      return {
        href: `/stories/${id}`,
        text:
          state === 'to_ask'
            ? 'It is saved. Ask them whether it may be told in these words.'
            : 'It is saved.',
      };
    },
  });

  async function view(ctx: Context, id: string, sent?: Form) {
    const story = await readStory(ctx, id);
    // Who saw other words ticks again, beside those that it has now.
    const form = sent?.status === 412 ? { ...sent, typed: {} } : sent;
    return {
      story,
      form: form ?? newForm({ givenOn: today(deps.clock) }),
      findsInWords: findsInWords(story.finds),
      followedWords,
      tellingWords,
      purposeWords,
      consentWayWords,
      purposes: choices(purposeWords),
      ways: choices(consentWayWords),
    };
  }

  async function readStory(ctx: Context, id: string): Promise<Story> {
    const story = await getStory(deps.db, ctx.actor, id, today(deps.clock));
    if (story.patient) await logAccess(deps, ctx, story.patient.id, 'patient');
    return story;
  }
}

const shared = (form: Form) => ({
  form,
  tellings: choices(tellingWords),
  followed: choices(followedWords),
});

const typedOf = ({ words, telling, followed, toldOn }: Story): Typed => ({
  words: words ?? '',
  telling,
  followed,
  toldOn,
});

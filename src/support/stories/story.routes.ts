import { logAccess } from '../../people/look.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { consentToStory, withdrawStoryConsent } from './consent.commands.ts';
import { changeStory, retireStory, tellStory } from './story.commands.ts';
import { getStory, listStories, storyTag } from './story.queries.ts';
import { NewStory, NewStoryConsent, Story, StoryChange, StoryList, StoryQuery } from './story.schemas.ts';

const tags = ['Stories'];

/** /stories: what people told of what followed, and for what each may be told. */
export function storyRoutes(app: App, deps: Deps): void {
  lists(app, '/stories', {
    action: 'stories.read',
    operationId: 'listStories',
    summary: 'Stories, the newest first; a supporter sees those of the people whom they support',
    tags,
    querystring: StoryQuery,
    gives: StoryList,
    call: ({ ctx, query }) => listStories(deps.db, ctx.actor, query, today(deps.clock)),
  });

  reads(app, '/stories/:id', {
    action: 'stories.read',
    operationId: 'getStory',
    summary: 'One story with its newest consent; the look is logged',
    tags,
    params: idParams,
    gives: Story,
    problems: ['not-found'],
    call: ({ ctx, params }) => read(ctx, params.id),
    etag: storyTag,
  });

  const told = { action: 'stories.write', tags, params: idParams, body: NewStory, gives: Story } as const;
  const problems = ['not-found', 'invalid', 'merge-refused', 'patient-erased'] as const;

  creates(app, '/patients/:id/stories', {
    ...told,
    action: 'patients.change',
    operationId: 'tellStory',
    summary: 'Write down what a patient told of what followed; it appears nowhere before they agree',
    problems,
    call: async ({ ctx, params, body }) =>
      get(ctx, await tellStory(deps, ctx, { patientId: params.id }, body)),
    location: ({ id }) => `/stories/${id}`,
    etag: storyTag,
  });

  creates(app, '/follow-ups/:id/stories', {
    ...told,
    operationId: 'tellStoryAtFollowUp',
    summary: 'Write down what someone told at a follow-up; a supporter at their own',
    problems,
    call: async ({ ctx, params, body }) =>
      get(ctx, await tellStory(deps, ctx, { followUpId: params.id }, body)),
    location: ({ id }) => `/stories/${id}`,
    etag: storyTag,
  });

  creates(app, '/drop-ins/:id/stories', {
    ...told,
    operationId: 'tellStoryAtDropIn',
    summary: 'Write down what someone who is not known by name told at a drop-in',
    problems: ['not-found', 'invalid', 'conflict'],
    call: async ({ ctx, params, body }) =>
      get(ctx, await tellStory(deps, ctx, { dropInId: params.id }, body)),
    location: ({ id }) => `/stories/${id}`,
    etag: storyTag,
  });

  changes(app, '/stories/:id', {
    action: 'stories.write',
    operationId: 'changeStory',
    summary: 'Change a story; other words end the consent, which was for those before',
    tags,
    params: idParams,
    versioned: true,
    body: StoryChange,
    gives: Story,
    problems: ['not-found', 'invalid', 'conflict'],
    call: async ({ ctx, params, body }) => get(ctx, await changeStory(deps, ctx, params.id, body)),
    etag: storyTag,
  });

  creates(app, '/stories/:id/consents', {
    action: 'stories.write',
    operationId: 'consentToStory',
    summary: 'Record for what someone lets their story be told, in the place of what they said before',
    tags,
    params: idParams,
    body: NewStoryConsent,
    gives: Story,
    problems: ['not-found', 'invalid', 'conflict', 'changed-meanwhile'],
    call: async ({ ctx, params, body }) => get(ctx, await consentToStory(deps, ctx, params.id, body)),
  });

  creates(app, '/stories/:id/withdrawals', {
    action: 'stories.write',
    operationId: 'withdrawStoryConsent',
    summary: 'Withdraw the consent: the story is told no more, at once and without a reason',
    tags,
    params: idParams,
    gives: Story,
    problems: ['not-found'],
    call: async ({ ctx, params }) => get(ctx, await withdrawStoryConsent(deps, ctx, params.id)),
  });

  creates(app, '/stories/:id/retirements', {
    action: 'stories.write',
    operationId: 'retireStory',
    summary: 'Take a story out for good; its words go',
    tags,
    params: idParams,
    gives: Story,
    problems: ['not-found'],
    call: async ({ ctx, params }) => get(ctx, await retireStory(deps, ctx, params.id)),
  });

  /** A story as it is now. It is read outside of the command, whose reply may be kept for a while: no words are in it. */
  function get({ actor }: Context, { id }: { id: string }): Promise<Story> {
    return getStory(deps.db, actor, id, today(deps.clock));
  }

  async function read(ctx: Context, id: string): Promise<Story> {
    const story = await get(ctx, { id });
    if (story.patient) await logAccess(deps, ctx, story.patient.id, 'patient');
    return story;
  }
}

import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { addSignpost, changeSignpost } from './signpost.commands.ts';
import { getSignpost, listSignposts, signpostTag } from './signpost.queries.ts';
import { NewSignpost, type Signpost } from './signpost.schemas.ts';
import { topics, topicWords } from './support.rules.ts';

const words = { name: 'Enter what it is called', details: 'Enter what it offers and how to reach it' };
const topicChoices = topics.map((value) => ({ value, text: topicWords[value] }));
const view = 'support/views/signpost-form.njk';

/** /settings/signposts: places elsewhere, for people who are supported and for clinics whose referral is declined. */
export function signpostPages(app: App, deps: Deps): void {
  app.get('/settings/signposts', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('support/views/signposts.njk', { signposts: await listSignposts(deps.db) }),
  );

  formPage(app, '/settings/signposts/new', {
    action: 'settings.change',
    view,
    show: () => ({ topics: topicChoices }),
    async take(typed, { ctx }) {
      const { name } = await addSignpost(deps, ctx, fields(NewSignpost, typed, words));
      return { href: '/settings/signposts', text: `${name} can be chosen from now on.` };
    },
  });

  formPage(app, '/settings/signposts/:id', {
    action: 'settings.change',
    params: idParams,
    view,
    async show(sent, { params }) {
      const signpost = await getSignpost(deps.db, params.id);
      const form = besideTheOther(sent, typedOf(signpost));
      return { topics: topicChoices, signpost, form, version: versionToSend(form, signpostTag(signpost)) };
    },
    async take({ version, retired, ...typed }, { ctx, params: { id } }) {
      const blank = { url: null, personWords: null, topic: null };
      const changed = { ...blank, ...fields(NewSignpost, typed, words), retired: retired === 'yes' };
      const { name } = await changeSignpost(deps, { ...ctx, ifMatch: String(version ?? '') }, id, changed);
      const offered = changed.retired ? ' It is no longer offered.' : '';
      return { href: '/settings/signposts', text: `${name} is changed.${offered}` };
    },
  });
}

const typedOf = ({ name, details, url, personWords, topic, retired }: Signpost): Typed => ({
  name,
  details,
  url: url ?? '',
  personWords: personWords ?? '',
  topic: topic ?? '',
  ...(retired && { retired: 'yes' }),
});

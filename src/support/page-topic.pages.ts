import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { fields, type Typed } from '../web/forms.ts';
import { formPage } from '../web/submit.ts';
import { addPageTopic, changePageTopic } from './page-topic.commands.ts';
import { getPageTopic, listPageTopics, pageTopicTag } from './page-topic.queries.ts';
import { NewPageTopic, type PageTopic, PageTopicChange } from './page-topic.schemas.ts';

const words = { name: 'Enter what it is called', partOf: 'Choose a topic' };
const view = 'support/views/page-topic-form.njk';

/** /settings/page-topics: what pages are about that people look at on shared devices. */
export function pageTopicPages(app: App, deps: Deps): void {
  app.get('/settings/page-topics', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page('support/views/page-topics.njk', { topics: await listPageTopics(deps.db) }),
  );

  formPage(app, '/settings/page-topics/new', {
    action: 'settings.change',
    view,
    async show() {
      const topics = await listPageTopics(deps.db);
      const wholes = topics.filter(({ partOf, retired }) => !partOf && !retired);
      return { wholes: wholes.map(({ id, name }) => ({ value: id, text: name })) };
    },
    async take(typed, { ctx }) {
      const { name } = await addPageTopic(deps, ctx, fields(NewPageTopic, typed, words));
      return { href: '/settings/page-topics', text: `${name} can be counted from now on.` };
    },
  });

  formPage(app, '/settings/page-topics/:id', {
    action: 'settings.change',
    params: idParams,
    view,
    async show(sent, { params }) {
      const topic = await getPageTopic(deps.db, params.id);
      const form = besideTheOther(sent, typedOf(topic));
      return { topic, form, version: versionToSend(form, pageTopicTag(topic)) };
    },
    async take({ version, retired, ...typed }, { ctx, params: { id } }) {
      const change = { ...fields(PageTopicChange, typed, words), retired: retired === 'yes' };
      const { name } = await changePageTopic(deps, { ...ctx, ifMatch: String(version ?? '') }, id, change);
      const counted = change.retired ? ' It is counted no more.' : '';
      return { href: '/settings/page-topics', text: `${name} is changed.${counted}` };
    },
  });
}

const typedOf = ({ name, retired }: PageTopic): Typed => ({ name, ...(retired && { retired: 'yes' }) });

import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, reads } from '../shared/routes.ts';
import { addPageTopic, changePageTopic } from './page-topic.commands.ts';
import { getPageTopic, listPageTopics, pageTopicTag } from './page-topic.queries.ts';
import { NewPageTopic, PageTopic, PageTopicChange, PageTopicList } from './page-topic.schemas.ts';

const tags = ['Settings'];

/** /page-topics: what pages are about that people look at on shared devices. */
export function pageTopicRoutes(app: App, deps: Deps): void {
  reads(app, '/page-topics', {
    action: 'drop-ins.read',
    operationId: 'listPageTopics',
    summary:
      'What pages are counted by that people look at on shared devices, each topic followed by its parts',
    tags,
    gives: PageTopicList,
    call: async () => ({ items: await listPageTopics(deps.db) }),
  });

  reads(app, '/page-topics/:id', {
    action: 'drop-ins.read',
    operationId: 'getPageTopic',
    summary: 'One topic of pages, with its ETag',
    tags,
    params: idParams,
    gives: PageTopic,
    problems: ['not-found'],
    call: ({ params }) => getPageTopic(deps.db, params.id),
    etag: (topic) => pageTopicTag(topic),
  });

  creates(app, '/page-topics', {
    action: 'settings.change',
    operationId: 'addPageTopic',
    summary: 'Add what pages are counted by',
    tags,
    body: NewPageTopic,
    gives: PageTopic,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addPageTopic(deps, ctx, body),
    etag: (topic) => pageTopicTag(topic),
  });

  changes(app, '/page-topics/:id', {
    action: 'settings.change',
    operationId: 'changePageTopic',
    summary: 'Rename what pages are counted by, or count it no more; needs If-Match',
    tags,
    params: idParams,
    body: PageTopicChange,
    gives: PageTopic,
    problems: ['not-found', 'invalid', 'name-in-use', 'changed-meanwhile', 'if-match-required'],
    call: ({ ctx, params, body }) => changePageTopic(deps, ctx, params.id, body),
    etag: (topic) => pageTopicTag(topic),
  });
}

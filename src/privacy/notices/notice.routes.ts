import type { Deps } from '../../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../../shared/http.ts';
import { reads } from '../../shared/routes.ts';
import { publishNotice } from './notice.commands.ts';
import { getNotice, listNotices, noticeTag } from './notice.queries.ts';
import { NewNoticeVersion, Notice, NoticeList, noticeParams } from './notice.schemas.ts';

const tags = ['The scheme'];

/** /notices: the privacy notices and the accessibility statement. */
export function noticeRoutes(app: App, deps: Deps): void {
  reads(app, '/notices', {
    action: 'notices.read',
    operationId: 'listNotices',
    summary: 'The privacy notices and the accessibility statement, with their versions',
    tags,
    gives: NoticeList,
    call: async () => ({ items: await listNotices(deps.db) }),
  });

  reads(app, '/notices/:notice', {
    action: 'notices.read',
    operationId: 'getNotice',
    summary: 'One notice, with its versions',
    tags,
    params: noticeParams,
    gives: Notice,
    problems: ['not-found'],
    call: ({ params }) => getNotice(deps.db, params.notice),
    etag: noticeTag,
  });

  app.put(
    '/notices/:notice',
    {
      config: { action: 'notices.publish' },
      schema: {
        operationId: 'publishNotice',
        summary: 'Publish a new version of a notice',
        description:
          'The public reads it from then on; earlier versions are kept. Text in square brackets that is no link counts as not filled in and is refused, and so is a word that tells what it is about in the discreet one.',
        tags,
        params: noticeParams,
        headers: ifMatch,
        body: NewNoticeVersion,
        response: {
          200: Notice,
          ...problemReplies('not-found', 'invalid', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { ctx, params, body } = request;
      const notice = await publishNotice(deps, ctx, params.notice, body);
      return reply.header('etag', noticeTag(notice)).send(notice);
    },
  );
}

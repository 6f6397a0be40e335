import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { many, maybe } from '../../shared/statements.ts';
import { type NoticeName, noticeFacts, noticeNames } from './notice.rules.ts';
import { type Notice, NoticeVersion } from './notice.schemas.ts';

/** Every notice with all its versions, in the order in which they are shown. One statement. */
export async function listNotices(db: Reader): Promise<Notice[]> {
  const versions = await many(
    db,
    'notice.list',
    db
      .selectFrom('notice_version')
      .select(['notice', 'version', 'body as text', 'created_at as createdAt', 'created_by as createdBy'])
      .orderBy('version', 'desc'),
  );
  return noticeNames.map((name) => {
    const own = versions.filter(({ notice }) => notice === name).map(({ notice: _notice, ...rest }) => rest);
    return { notice: name, href: noticeFacts[name].href, published: own[0] ?? null, earlier: own.slice(1) };
  });
}

/** One notice with its versions. One statement. */
export async function getNotice(db: Reader, name: NoticeName): Promise<Notice> {
  return (await listNotices(db)).find(({ notice }) => notice === name)!;
}

/** The version of a notice that the public reads now; none while nobody saved one. */
export async function publishedNotice(db: Reader, name: NoticeName): Promise<NoticeVersion | undefined> {
  return maybe(db, 'notice.published', NoticeVersion.properties)`
    select version, body as text, created_at as "createdAt", created_by as "createdBy"
    from notice_version where notice = ${name} order by version desc limit 1`;
}

/** The version of a notice, for If-Match: of one that is not written too. */
export const noticeTag = ({ notice, published }: Notice) =>
  etagOf(`notice ${notice}`, String(published?.version ?? 0));

import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { etagOf } from '../shared/etag.ts';
import { Problem } from '../shared/problem.ts';
import { many, maybe } from '../shared/statements.ts';
import { PageTopic } from './page-topic.schemas.ts';

const columns = sql`t.id, t.name, case when w.id is not null then json_build_object('id', w.id, 'name', w.name) end as "partOf",
  t.retired_at is not null as retired, t.changed_at as "changedAt" from page_topic t left join page_topic w on w.id = t.part_of`;

/** What pages are counted by: each topic followed by its parts, by name. */
export async function listPageTopics(db: Reader): Promise<PageTopic[]> {
  return many(db, 'page-topic.list', PageTopic.properties)`
    select ${columns} order by lower(coalesce(w.name, t.name)), coalesce(w.id, t.id), w.id is not null, lower(t.name), t.id`;
}

/** @throws Problem `not-found` */
export async function getPageTopic(db: Reader, id: string): Promise<PageTopic> {
  const row = await maybe(db, 'page-topic.get', PageTopic.properties)`select ${columns} where t.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The version of a topic, for If-Match. */
export const pageTopicTag = ({ id, changedAt }: PageTopic) => etagOf(id, changedAt);

import { type RawBuilder, sql } from 'kysely';
import type { Reader } from './database.ts';
import { byId, type ListPage, toPage } from './lists.ts';
import { type TimelineEntry, timelineEntry } from './schemas.ts';
import { many } from './statements.ts';

type ListOptions = { limit: number; after?: string | undefined };

/** The story of one thing, newest first: every event it is a subject of. `also`: what became part of it. */
export async function timelineOf(
  db: Reader,
  subjectId: string,
  { limit, after }: ListOptions,
  also: string[] = [],
): Promise<ListPage<TimelineEntry>> {
  const { follows, by } = byId(sql`s.event_id`, { after });
  const of = also.length
    ? sql`s.subject_id = any(${[subjectId, ...also]}::uuid[])`
    : sql`s.subject_id = ${subjectId}`;
  const rows = await many(db, 'event.timeline', timelineEntry.properties)`
    select ${entry(nameOf)} from ${also.length ? sql`(select distinct s.event_id from event_subject s where ${of}) s` : sql`event_subject s`} join event e on e.id = s.event_id
    where ${also.length ? sql`true` : of} ${follows}
    order by ${by} limit ${limit + 1}`;
  return toPage(rows, limit, (row) => [row.id]);
}

/** The whole event log, newest first. */
export async function listEvents(
  db: Reader,
  { limit, after }: ListOptions,
): Promise<ListPage<TimelineEntry>> {
  const { follows, by } = byId(sql`e.id`, { after });
  const rows = await many(db, 'event.list', timelineEntry.properties)`
    select ${entry(sql`null`)} from event e where true ${follows}
    order by ${by} limit ${limit + 1}`;
  return toPage(rows, limit, (row) => [row.id]);
}

/** What people know a subject by, of the things that have such a name; never a person's. */
const nameOf = sql`case o.subject_type
  when 'device' then (select asset_tag from device where id = o.subject_id)
  when 'loan' then (select reference from loan where id = o.subject_id)
  when 'referral' then (select reference from referral where id = o.subject_id)
  when 'follow_up' then (select step from follow_up where id = o.subject_id) end`;

const entry = (
  name: RawBuilder<unknown>,
) => sql`e.id, e.at, e.type, e."values", e.fields, e.request_id as "requestId",
  json_build_object('type', e.actor_type, 'name', e.actor_name) as actor,
  coalesce((select json_agg(json_strip_nulls(json_build_object('type', o.subject_type, 'id', o.subject_id, 'name', ${name}))) from event_subject o where o.event_id = e.id), '[]') as subjects`;

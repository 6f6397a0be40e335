import { type RawBuilder, sql } from 'kysely';
import { isOnItsWay } from '../messages/message.states.ts';
import type { Actor } from '../shared/actor.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, maybe } from '../shared/statements.ts';
import { isKnownTo, visibleTo } from './follow-up.queries.ts';
import { Handout } from './handout.schemas.ts';
import { handoutCounts } from './handout.states.ts';

/** What became of a handout `h`, with its reminder `r` and its message `m`. */
const state = sql`case when h.way = 'paper' then 'on_paper' when r.status = 'cancelled' or r.id is null or m.status in ('failed', 'cancelled', 'held') then 'not_sent'
  when m.status = 'unknown' then 'unknown' when m.status in ('sent', 'delivered') then 'sent' else 'waiting' end`;

const tables = sql`handout h left join guide g on g.id = h.guide_id left join signpost s on s.id = h.signpost_id
  left join lateral (select * from reminder where reason = 'handout' and subject_id = h.id order by id desc limit 1) r on true
  left join message m on m.id = r.message_id`;

const shown = (
  instant: RawBuilder<unknown>,
) => sql`h.id, case when h.guide_id is null then 'signpost' else 'guide' end as what, coalesce(g.name, s.name) as name,
  coalesce(g.topic, s.topic) as topic, h.language, h.format, h.version, h.way, ${state} as state, h.path, ${instant} as "givenAt", h.given_by as "givenBy"`;

/** What a person, by an id in SQL, was given, the newest first, as one JSON value. */
export const handoutsJson = (patientId: RawBuilder<unknown>) => sql`coalesce((
  select json_agg(x) from (select ${shown(jsonInstant('h.given_at'))} from ${tables}
    where h.patient_id = ${patientId} and ${handoutCounts('h')} order by h.id desc limit 50) x), '[]')`;

const Looked = {
  ...Handout.properties,
  followUpId: col.orNull(col.text),
  dropInId: col.orNull(col.text),
  patient: col.object({ id: col.text, name: col.text }),
  title: col.text,
  text: col.text,
  url: col.orNull(col.text),
  personWords: col.orNull(col.text),
  sendAfter: col.orNull(col.text),
  /** Its message went out, or is just going. */
  isOut: col.boolean,
  takenBack: col.orNull(col.object({ at: col.text, by: col.text, reason: col.text })),
};

/**
 * One handout with whose it is and what it says.
 * @throws Problem `not-found`, also for one of somebody whom a supporter does not support
 */
export async function getHandout(db: Reader, actor: Actor, id: string): Promise<RowOf<typeof Looked>> {
  const dropIn = sql`(select d.id from drop_in_person x join drop_in d on d.id = x.drop_in_id where x.id = h.drop_in_person_id and ${visibleTo(actor, 'd')})`;
  const row = await maybe(db, each('handout.get'), Looked)`
    select ${shown(sql`h.given_at`)}, h.follow_up_id as "followUpId", ${dropIn} as "dropInId",
      json_build_object('id', p.id, 'name', ${calledName}) as patient, coalesce(v.title, s.name) as title, coalesce(v.body, s.details) as text, s.url, s.person_words as "personWords",
      case when m.status in ('planned', 'queued') then m.send_after end as "sendAfter",
      coalesce(r.status <> 'cancelled' and (${isOnItsWay('m')} or m.status = 'delivered'), false) as "isOut",
      case when h.taken_back_at is not null then json_build_object('at', ${jsonInstant('h.taken_back_at')}, 'by', h.taken_back_by, 'reason', h.taken_back_reason) end as "takenBack"
    from ${tables} join patient p on p.id = h.patient_id
      left join guide_version v on v.guide_id = h.guide_id and v.language = h.language and v.format = h.format and v.version = h.version
    where h.id = ${id} and ${isKnownTo(actor, sql`h.patient_id`)}`;
  if (!row) throw new Problem('not-found');
  return row;
}

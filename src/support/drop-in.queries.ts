import { sql } from 'kysely';
import { patientJson } from '../people/patient.queries.ts';
import { PatientSummary } from '../people/patient.schemas.ts';
import type { Actor } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { countOf, each, many, maybe } from '../shared/statements.ts';
import { DropIn, DropInSummary } from './drop-in.schemas.ts';
import { attendanceCounts, dropInCounts } from './drop-in.states.ts';
import { isKnownTo, maySupport, visibleTo } from './follow-up.queries.ts';

/** That the drop-in `d` is held on a civil date or after it. */
export const isToCome = (day: string) =>
  sql`(d.held_on >= ${day}::date and d.cancelled_at is null and ${dropInCounts('d')})`;

const summary = (
  day: string,
) => sql`d.id, json_build_object('id', l.id, 'name', l.name) as place, d.held_on as "heldOn",
  to_char(d.starts_at, 'HH24:MI') as "startsAt", d.minutes, case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as supporter,
  (select count(*)::int from drop_in_person x where x.drop_in_id = d.id and ${attendanceCounts('x')}) as known,
  (select count(*)::int from drop_in_visitor v where v.drop_in_id = d.id) as tallied, d.others,
  case when not ${dropInCounts('d')} then 'recorded_by_mistake' when d.cancelled_at is not null then 'cancelled' when d.held_on > ${day}::date then 'planned' else 'took_place' end as status`;
const tables = sql`drop_in d join location l on l.id = d.location_id left join staff s on s.id = d.supporter_id`;

type DropInFilter = { unassigned?: boolean | undefined };
const matching = (actor: Actor, { unassigned }: DropInFilter, day: string) => sql`${dropInCounts('d')}
  and ${visibleTo(actor, 'd')} and ${
    unassigned
      ? sql`(d.supporter_id is null or (${isToCome(day)} and not exists (select from staff where id = d.supporter_id and ${maySupport})))`
      : sql`true`
  }`;

/** Drop-ins, the latest first: those to come lead. A supporter has their own. */
export async function listDropIns(
  deps: Deps,
  actor: Actor,
  query: DropInFilter & { limit: number; after?: string | undefined },
): Promise<ListPage<DropInSummary>> {
  const [date, id] = readCursor(query.after, ['date', 'uuid']) ?? [];
  const rows = await many(deps.db, each('drop-in.list'), DropInSummary.properties)`
    select ${summary(today(deps.clock))} from ${tables}
    where ${matching(actor, query, today(deps.clock))} ${date ? sql`and (d.held_on, d.id) < (${date}::date, ${id}::uuid)` : sql``}
    order by d.held_on desc, d.id desc limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.heldOn, row.id]);
}

/** How many drop-ins the filters of a list match. */
export async function countDropIns({ db, clock }: Deps, actor: Actor, query: DropInFilter): Promise<number> {
  return countOf(db, each('drop-in.count'))`from drop_in d where ${matching(actor, query, today(clock))}`;
}

const visitorsJson = sql`coalesce((select json_agg(json_build_object('id', v.id, 'cameBefore', v.came_before, 'ageBand', v.age_band, 'topics', v.topics, 'at', ${jsonInstant('v.at')}) order by v.id desc)
        from (select * from drop_in_visitor where drop_in_id = d.id order by id desc limit 10) v), '[]')`;
const pagesJson = sql`coalesce((select json_agg(json_build_object('topicId', t.id, 'name', t.name, 'pages', n.pages) order by lower(t.name), t.id)
        from drop_in_pages n join page_topic t on t.id = n.topic_id where n.drop_in_id = d.id), '[]')`;

/** The people with whom a supporter does or did a follow-up, by name: whom they may write down at a drop-in. */
export async function peopleSupported(db: Reader, actor: Actor): Promise<PatientSummary[]> {
  return many(db, 'drop-in.people-supported', PatientSummary.properties)`
    select p.id, p.given_name as "givenName", p.family_name as "familyName", p.preferred_name as "preferredName", null::text as "dateOfBirth"
    from patient p where p.erased_at is null and ${isKnownTo(actor, sql`p.id`)}
    order by lower(p.family_name), lower(p.given_name), p.id limit 1000`;
}

/** Someone who came, as a supporter may see them: the database keeps birth dates from them. */
const supportedJson = sql`json_build_object('id', p.id, 'givenName', p.given_name, 'familyName', p.family_name, 'preferredName', p.preferred_name, 'dateOfBirth', null)`;

/**
 * One drop-in with who came.
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function getDropIn(deps: Deps, db: Reader, actor: Actor, id: string): Promise<DropIn> {
  const row = await maybe(db, 'drop-in.get', DropIn.properties)`
    select ${summary(today(deps.clock))}, d.note, d.changed_at as "changedAt",
      coalesce((select json_agg(json_build_object('id', x.id, 'patient', ${actor.role === 'supporter' ? supportedJson : patientJson}, 'topics', x.topics, 'note', x.note, 'at', ${jsonInstant('x.at')}) order by x.id)
        from drop_in_person x join patient p on p.id = x.patient_id where x.drop_in_id = d.id and ${attendanceCounts('x')} and ${isKnownTo(actor, sql`x.patient_id`)}), '[]') as people,
      ${visitorsJson} as visitors, d.shared_sessions as "sharedSessions", ${pagesJson} as pages,
      case when not ${dropInCounts('d')} then json_build_object('at', ${jsonInstant('d.taken_back_at')}, 'by', d.taken_back_by, 'reason', d.taken_back_reason) end as "takenBack"
    from ${tables} where d.id = ${id} and ${visibleTo(actor, 'd')}`;
  if (!row) throw new Problem('not-found');
  return row;
}

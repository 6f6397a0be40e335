import { type RawBuilder, sql } from 'kysely';
import { isOut } from '../lending/loans/loan.states.ts';
import { pausedThen } from '../messages/reminder.queries.ts';
import { withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint } from '../people/reach.rules.ts';
import { isFirst, trustedJson } from '../people/trusted.queries.ts';
import type { Actor } from '../shared/actor.ts';
import { own } from '../shared/asker.ts';
import { jsonInstant, type Reader } from '../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { calledName } from '../shared/person-name.ts';
import { Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { countOf, each, many, maybe } from '../shared/statements.ts';
import { clashesJson } from './clash.queries.ts';
import { concernStands } from './concern.queries.ts';
import { FollowUp, type FollowUpQuery, FollowUpSummary } from './follow-up.schemas.ts';
import { isAhead, isPast, outcomeCounts } from './follow-up.states.ts';
import { handoutsJson } from './handout.queries.ts';
import { personJson } from './planning.queries.ts';
import { hindrancesOf, hindranceWords, Person } from './way.rules.ts';

/** Who may do follow-ups: a condition on `staff`, however it is called in the statement. */
export const maySupport = sql<boolean>`(role in ('supporter', 'officer', 'manager') and suspended_at is null)`;

/** That the follow-up, or drop-in, `f` is of someone who does none any more. */
const isOfWhoLeft = sql`(f.supporter_id is not null and not exists (select from staff where id = f.supporter_id and ${maySupport}))`;

/** A supporter sees their own follow-ups, or drop-ins, and no others. Of an alias of either. */
export const visibleTo = (actor: Actor, of: 'f' | 'd' = 'f') =>
  actor.role === 'supporter' ? own(sql`${sql.ref(`${of}.supporter_id`)} = ${actor.id}`) : sql`true`;

/** Of people, by an expression for their id, a supporter sees the names of those with whom they do or did a follow-up. */
export const isKnownTo = (actor: Actor, patientId: RawBuilder<unknown>) =>
  actor.role === 'supporter'
    ? own(
        sql`exists (select from follow_up known where known.patient_id = ${patientId} and known.supporter_id = ${actor.id})`,
      )
    : sql`true`;

/** Whether the person `p` lets us ring or write for the follow-up `f`. */
export const mayRing = sql`(p.contact_choice = 'any_safe' and p.contact_state not in ('withdrawn', 'deceased') and not ${pausedThen})`;

const summary = sql`f.id, f.step, f.due_on as "dueOn", to_char(f.starts_at, 'HH24:MI') as "startsAt", f.minutes, f.way, f.status,
  json_build_object('id', p.id, 'name', ${calledName}) as patient,
  p.interpreter, ${personJson} as person, ${clashesJson} as clashes,
  ${pausedThen} as "isPaused", case when ${isAhead('f')} and ${mayRing} and ${isFirst(sql`'support'`)} then ${trustedJson('support')} end as "ringFirst", case when s.id is not null then json_build_object('id', s.id, 'name', s.name) end as supporter`;

/** The follow-ups `f` that the filters of a list match, of those that someone sees. */
export const matching = (actor: Actor, query: Partial<FollowUpQuery>) => sql`${visibleTo(actor)}
  ${query.from ? sql`and f.due_on >= ${query.from}` : sql``}
  ${query.to ? sql`and f.due_on <= ${query.to}` : sql``}
  ${query.status ? sql`and ${query.status === 'ahead' ? isAhead('f') : sql`f.status = ${query.status}`}` : sql``}
  ${query.supporterId ? sql`and f.supporter_id = ${query.supporterId}` : sql``}
  ${query.unassigned ? sql`and (f.supporter_id is null or (${isAhead('f')} and ${isOfWhoLeft}))` : sql``}
  ${query.left ? sql`and ${isOfWhoLeft}` : sql``}
  ${query.patientId ? sql`and f.patient_id = ${query.patientId}` : sql``}`;

const Looked = {
  ...col.omit(FollowUpSummary.properties, 'hindrances', 'conflict'),
  person: col.object(Person),
};
type Looked = RowOf<typeof Looked>;

/** A follow-up with what stands in its way on the civil date `today`, while it is ahead. */
function lookedAt<F extends Looked>({ person, ...followUp }: F, today: string) {
  const ahead = isAhead.of(followUp.status);
  return {
    ...followUp,
    hindrances: ahead ? hindrancesOf(followUp.way, person, today, followUp) : [],
    conflict: ahead ? hindranceWords(followUp.way, person, today, followUp) : null,
  };
}

/** The diary: follow-ups by date and time, with what stands in their way on the civil date `today`. */
export async function listFollowUps(
  db: Reader,
  actor: Actor,
  query: FollowUpQuery,
  today: string,
): Promise<ListPage<FollowUpSummary>> {
  const [start, id] = readCursor(query.after, ['instant', 'uuid']) ?? [];
  const rows = await many(db, 'follow-up.list', Looked)`
    select ${summary} from follow_up f join patient p on p.id = f.patient_id left join staff s on s.id = f.supporter_id
    where ${matching(actor, query)}
      ${start ? sql`and (f.due_on, f.starts_at, f.id) > (${start.slice(0, 10)}::date, ${start.slice(11, 19)}::time, ${id})` : sql``}
    order by f.due_on, f.starts_at, f.id limit ${query.limit + 1}`;
  const items = rows.map((row) => lookedAt(row, today));
  return toPage(items, query.limit, (row) => [`${row.dueOn}T${row.startsAt}:00Z`, row.id]);
}

/** The people among follow-ups whose trusted person they show. */
export const trustedOf = (followUps: Pick<FollowUpSummary, 'patient' | 'ringFirst'>[]): string[] =>
  followUps.flatMap(({ patient, ringFirst }) => (ringFirst ? patient.id : []));

/** How many follow-ups the filters of a list match. */
export async function countFollowUps(
  db: Reader,
  actor: Actor,
  query: Partial<FollowUpQuery>,
): Promise<number> {
  return countOf(db, each('follow-up.count'))`from follow_up f where ${matching(actor, query)}`;
}

/**
 * One follow-up with what matters for the contact, and what stands in its way on the civil date `today`.
 * @throws Problem `not-found`, also for one that is not the supporter's own
 */
export async function getFollowUp(db: Reader, actor: Actor, id: string, today: string): Promise<FollowUp> {
  const row = await maybe(db, 'follow-up.get', {
    ...col.omit(FollowUp.properties, 'hindrances', 'conflict'),
    person: col.object({ ...Person, points: col.listOf(col.object(ContactPoint)) }),
  })`
    select ${summary}, f.note, f.changed_at as "changedAt", start_of(f.due_on, f.starts_at) as "startsAtInstant",
      json_build_object('choice', p.contact_choice, 'state', p.contact_state, 'pausedUntil', p.paused_until,
        'communicationNeeds', p.communication_needs, 'language', p.language, 'interpreter', p.interpreter,
        'points', coalesce((select json_agg(json_build_object('channel', c.channel, 'value', c.value, 'voicemailOk', c.voicemail_ok, 'hours', c.hours)
            order by c.position)
          from contact_point c where c.patient_id = p.id and c.safe and c.stopped_at is null
            and ${mayRing}), '[]'),
        'trusted', case when ${mayRing} then ${trustedJson('support')} end) as contact,
      case when f.way = 'in_person' then (select string_agg(r.visit_risks, E'\\n' order by r.id desc) from referral r
        where r.patient_id = f.patient_id and r.visit_risks is not null) end as "visitRisks",
      (select json_build_object('id', l.id, 'reference', l.reference, 'devices', coalesce((
          select json_agg(json_build_object('assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model) order by d.asset_tag)
          from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id and ${isOut('i')}), '[]'))
        from loan l where l.id = f.loan_id) as loan,
      (select json_build_object('id', o.id, 'result', o.result, 'topics', o.topics, 'minutes', o.minutes, 'confidence', o.confidence, 'frequency', o.frequency,
          'gotInTheWay', o.got_in_the_way, 'concern', o.concern, 'note', o.note, 'nextStep', o.next_step)
        from follow_up_outcome o where o.follow_up_id = f.id and ${outcomeCounts('o')}) as outcome,
      coalesce((select json_agg(json_build_object('id', o.id, 'result', o.result, 'takenBackAt', ${jsonInstant('o.taken_back_at')}, 'takenBackBy', o.taken_back_by,
          'reason', o.taken_back_reason) order by o.taken_back_at desc, o.id desc)
        from follow_up_outcome o where o.follow_up_id = f.id and not ${outcomeCounts('o')}), '[]') as "takenBackOutcomes",
      exists (select from follow_up_outcome o where o.follow_up_id = f.id and ${concernStands('o')}) as "hasConcern",
      coalesce((select json_agg(e) from (
          select b.id, b.step, b.due_on as "dueOn", b.status, o.confidence, o.note, o.next_step as "nextStep"
          from follow_up b left join follow_up_outcome o on o.follow_up_id = b.id and ${outcomeCounts('o')}
          where b.patient_id = f.patient_id and ${isPast('b')} and b.id <> f.id and (b.due_on, b.starts_at) <= (f.due_on, f.starts_at)
          order by b.due_on desc, b.starts_at desc, b.id desc limit 5) e), '[]') as earlier,
      ${handoutsJson(sql`f.patient_id`)} as given
    from follow_up f join patient p on p.id = f.patient_id left join staff s on s.id = f.supporter_id
    where f.id = ${id} and ${visibleTo(actor)}`;
  if (!row) throw new Problem('not-found');
  const points = await withDoubts(db, row.person.points, today);
  const doubted = new Set(
    points.flatMap(({ doubted, channel, value }) => (doubted ? [`${channel} ${value}`] : [])),
  );
  const contact = {
    ...row.contact,
    points: row.contact.points.filter(({ channel, value }) => !doubted.has(`${channel} ${value}`)),
  };
  return lookedAt({ ...row, contact, person: { ...row.person, points } }, today);
}

/** Who can be given follow-ups. */
export async function listSupporters(db: Reader): Promise<{ id: string; name: string }[]> {
  return many(db, each('follow-up.list-supporters'), { id: col.text, name: col.text })`
    select id, name from staff where ${maySupport}
    order by role = 'supporter' desc, name, id limit 200`;
}

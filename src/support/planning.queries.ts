import { type RawBuilder, sql } from 'kysely';
import { pointJson } from '../people/doubt.queries.ts';
import { type Clock, civilTime, today } from '../shared/clock.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { dropInCounts } from './drop-in.states.ts';
import { isAhead } from './follow-up.states.ts';
import { arrange, Diary, freeDays, timesToTryAgain, Wanted } from './planning.rules.ts';
import type { Slot } from './slot.rules.ts';
import type { Way } from './support.rules.ts';
import { wayFor } from './way.rules.ts';

/** The ways to reach a patient `p`, and what the rule of ways asks of them, as JSON. */
export const personJson = sql`json_build_object('id', p.id, 'contactChoice', p.contact_choice, 'communicationNeeds', p.communication_needs,
  'points', coalesce((select json_agg(${pointJson} order by c.position)
    from contact_point c where c.patient_id = p.id), '[]'))`;

const slotOf = (on: string) => sql`${sql.ref(on)}.starts_at, ${sql.ref(on)}.minutes`;

/** Enough of a day to see when it is full, few enough to plan as fast when it is. */
const mostOfADay = 60;

/**
 * What follow-ups are planned by, as JSON: the rows of `wanted` say for whom, with whom and on which day.
 * Times of the person count from today on, those of a supporter a month to both sides. For what nobody has yet,
 * the newest of everybody on the days about that one say when there is the most going on.
 * @param except ids of follow-ups whose time is free, since they move or end
 */
export const diaryJson = (
  clock: Clock,
  wanted: RawBuilder<unknown>,
  except: RawBuilder<unknown>,
) => sql<Diary>`(
  with w as materialized (${wanted}), t as (
    select f.id, f.patient_id, f.supporter_id, f.due_on, ${slotOf('f')}
    from (select distinct patient_id from w) x join follow_up f on f.patient_id = x.patient_id
    where f.due_on >= ${today(clock)}::date and ${isAhead('f')}
    union
    select f.id, f.patient_id, f.supporter_id, f.due_on, ${slotOf('f')}
    from (select distinct supporter_id, day from w) x join follow_up f on f.supporter_id = x.supporter_id
    where f.due_on between x.day - 28 and x.day + 28 and ${isAhead('f')}
    union
    select d.id, null, d.supporter_id, d.held_on, ${slotOf('d')}
    from (select distinct supporter_id, day from w) x join drop_in d on d.supporter_id = x.supporter_id
    where d.held_on between x.day - 28 and x.day + 28 and d.cancelled_at is null and ${dropInCounts('d')}
  ), crowd as (
    select f.due_on, f.starts_at, f.minutes, count(*)::int as count
    from (select distinct w.day + n as day from w, generate_series(-1, 6) n where w.supporter_id is null) x cross join lateral (
      select o.id, o.due_on, o.starts_at, o.minutes from follow_up o where o.due_on = x.day and ${isAhead('o')}
      order by o.id desc limit ${mostOfADay}) f
    where f.id <> all(${except}) group by 1, 2, 3
  )
  select json_build_object(
    'people', (select coalesce(json_agg(${personJson}), '[]') from patient p where p.id in (select patient_id from w)),
    'taken', (select coalesce(json_agg(json_build_object('patientId', patient_id, 'supporterId', supporter_id, 'dueOn', due_on,
        'startsAt', to_char(starts_at, 'HH24:MI'), 'minutes', minutes) order by due_on, starts_at, id), '[]')
      from t where id <> all(${except})),
    'crowd', (select coalesce(json_agg(json_build_object('dueOn', due_on, 'startsAt', to_char(starts_at, 'HH24:MI'), 'minutes', minutes, 'count', count)
        order by due_on, starts_at, minutes), '[]') from crowd),
    'daysOff', (select coalesce(json_agg(day), '[]') from day_off where day >= ${today(clock)}::date))
)`;

const noIds = sql`'{}'::uuid[]`;

/** When a step `s` comes, on a working day: on or after its days from the start, or on or before its days ahead of the day it is due back. */
export const stepDay = (startsOn: unknown, dueOn: unknown) => sql`case s.counted_from
  when 'start' then working_day_from(${startsOn}::date + s.days) else working_day_before(${dueOn}::date - s.days + 1) end`;

/** A step on its day, at the time that the plan prefers and in its usual way. */
export const PlannedStep = {
  ...col.pick(Wanted, 'dueOn', 'startsAt', 'minutes', 'way'),
  step: col.text,
  /** Days before the loan is due back; null when it is counted from the start. */
  beforeDue: col.orNull(col.number),
  leadDays: col.number,
};
export type PlannedStep = RowOf<typeof PlannedStep>;
export const PlanDraft = { steps: col.listOf(col.object(PlannedStep)), diary: col.object(Diary) };
export type PlanDraft = RowOf<typeof PlanDraft>;

/** Rows of `s`, which are steps with their `day`, as JSON in their order. */
export const stepsJson = (s: RawBuilder<unknown>) => sql<
  PlannedStep[]
>`(select coalesce(json_agg(json_build_object('step', step, 'dueOn', day,
  'beforeDue', case counted_from when 'due' then days end, 'startsAt', to_char(starts_at, 'HH24:MI'), 'minutes', minutes, 'way', way, 'leadDays', lead_days)
  order by day, starts_at, step), '[]') from ${s})`;

type Begins = { patientId: string; versionId: unknown; from: string; dueOn: string | null };

/** The steps of a plan that begins, and what they are planned by, as JSON. */
export const draftJson = (clock: Clock, { patientId, versionId, from, dueOn }: Begins) => sql<PlanDraft>`(
  with s as materialized (
    select s.*, ${stepDay(from, dueOn)} as day from support_plan_step s where s.version_id = ${versionId}
      and (s.counted_from = 'start' or working_day_before(${dueOn}::date - s.days + 1) > ${from}::date)
  )
  select json_build_object('steps', ${stepsJson(sql`s`)},
    'diary', ${diaryJson(clock, sql`select ${patientId}::uuid as patient_id, null::uuid as supporter_id, day from s`, noIds)})
)`;

export async function readDraft(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  begins: Begins,
): Promise<PlanDraft> {
  const row = await one(db, 'follow-up.plan-draft', { draft: col.object(PlanDraft) })`
    select ${draftJson(clock, begins)} as draft`;
  return row.draft;
}

type For = Pick<Wanted, 'patientId' | 'supporterId' | 'dueOn'>;

const rowsOf = (wanted: For[]) => sql`
  select x."patientId" as patient_id, x."supporterId" as supporter_id, x."dueOn" as day
  from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) x ("patientId" uuid, "supporterId" uuid, "dueOn" date)`;

/** What follow-ups are planned by, as it is now. One statement. */
export async function readDiary(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  wanted: For[],
  moving: string[] = [],
): Promise<Diary> {
  const except = moving.length ? sql`${moving}::uuid[]` : noIds;
  const row = await one(db, 'follow-up.diary', { diary: col.object(Diary) })`
    select ${diaryJson(clock, rowsOf(wanted), except)} as diary`;
  return row.diary;
}

/** The free time next to the one that a follow-up has, from today on: what someone who moves it is offered. */
export async function nextFreeTime(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  followUp: Wanted,
): Promise<Slot> {
  const day = today(clock);
  const wanted = { ...followUp, dueOn: [followUp.dueOn, day].sort().at(-1)! };
  return arrange([wanted], await readDiary(db, { clock }, [wanted]), civilTime(clock))[0]!;
}

/** When someone who did not answer may be tried again. One statement. */
export async function whenToTryAgain(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  missed: Wanted & { id: string },
): Promise<Slot[]> {
  const wanted = { ...missed, dueOn: today(clock) };
  return timesToTryAgain(missed, await readDiary(db, { clock }, [wanted], [missed.id]), civilTime(clock));
}

/** The free times for a follow-up that moves, from a civil date on, and from today at the earliest. One statement. */
export async function whereToMove(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  { from, ...followUp }: Wanted & { id: string; from: string },
): Promise<ReturnType<typeof freeDays>> {
  const first = [from, today(clock)].sort().at(-1)!;
  const diary = await readDiary(db, { clock }, [{ ...followUp, dueOn: first }], [followUp.id]);
  return freeDays(followUp, diary, { from: first, now: civilTime(clock) });
}

/** The way that someone can be met by, where it is usually `usual`; null for who alone makes contact. */
export async function usableWay(
  db: Reader,
  { clock }: Pick<Deps, 'clock'>,
  patientId: string,
  usual: Way,
): Promise<Way | null> {
  const { people } = await readDiary(db, { clock }, [{ patientId, supporterId: null, dueOn: today(clock) }]);
  const person = people.find(({ id }) => id === patientId);
  return person ? wayFor(usual, person, today(clock)) : usual;
}

/**
 * What follow-ups are planned by, once their supporters are locked: who plans for the same supporter waits,
 * so that no time is given twice. The people, and the follow-ups that move, are locked before.
 */
export async function lockDiary(work: Work, wanted: For[], moving: string[] = []): Promise<Diary> {
  const supporters = [...new Set(wanted.flatMap(({ supporterId }) => supporterId ?? []))];
  if (supporters.length)
    await run(work.trx, 'follow-up.lock-supporters')`
      select from staff where id = any(${supporters}::uuid[]) order by id for no key update`;
  return readDiary(work.trx, work.deps, wanted, moving);
}

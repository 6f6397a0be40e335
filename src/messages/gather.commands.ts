import { type RawBuilder, sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { nextOpening } from '../people/contact-window.rules.ts';
import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint, chooseContact, type MessageChannel, wordings } from '../people/reach.rules.ts';
import { trustedPointJson } from '../people/trusted.queries.ts';
import { daysOff } from '../scheme/calendar/calendar.queries.ts';
import { systemContext } from '../shared/actor.ts';
import { timestamp, today, zone } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import type { Report } from '../shared/progress.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, many, one, run } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { reachOf } from './deliverability.ts';
import { goesThrough, ofKind } from './kind.queries.ts';
import { type WhyHeld, whyNotSent } from './not-sent.rules.ts';
import { releaseUndoubted } from './release.commands.ts';
import { contactable } from './reminder.queries.ts';
import { cancelUseless } from './useless.commands.ts';

const batchSize = 1_000;

/**
 * Gathers the reminders that no message says yet: what is due together to one person by one channel is
 * one message of that day's run. A person without a safe way gets a held message and staff a task.
 * @param date civil date of the run
 * @returns how many messages it made or added to
 */
export async function gatherReminders(deps: Deps, date: string, report?: Report): Promise<number> {
  const ctx = systemContext(`gather-${date}`);
  await cancelUseless(deps);
  await releaseUndoubted(deps);
  let gathered = 0;
  let after: string | null = '00000000-0000-0000-0000-000000000000';
  while (after) {
    const beyond: string = after;
    const batch = await command(deps, ctx, (work) =>
      gatherBatch(work, date, sql`and r.patient_id > ${beyond}`),
    );
    gathered += batch.messages;
    after = batch.full ? batch.lastPatient : null;
    if (after) await report?.(gathered);
  }
  return gathered;
}

/**
 * People who have something to be told on a civil date that no message says yet.
 * @param unplanned more people, by `patient_id`: those whom a step before would give a reminder
 */
export async function countUngathered(
  deps: Deps,
  date: string,
  unplanned: RawBuilder<unknown>,
): Promise<number> {
  const row = await one(deps.db, each('gather.count-ungathered'), { count: col.number })`
    select count(distinct patient_id) from (
      select r.patient_id from reminder r join patient p on p.id = r.patient_id
      where r.status = 'standing' and r.message_id is null and r.useless_after > ${timestamp(deps.clock)}
        and ${contactable(today(deps.clock))} and ${isDue(deps, date)}
      union all (${unplanned})) told`;
  return row.count;
}

/**
 * Reminders `r` that a run for a civil date has said: those that their kind has said for it, and all else at once. A night
 * to come may have planned ahead of its day, and takes nothing that is due before it.
 */
const isDue = (deps: Deps, date: string) =>
  ofKind(sql`r`, ({ saidFor }) => saidFor?.(date), sql`${date}::date <= ${today(deps.clock)}::date`);

const Person = {
  patientId: col.text,
  wording: col.oneOf(wordings),
  needs: col.listOf(col.text),
  /** Whether it goes to whom they trust, whose number `points` then has. */
  toTrusted: col.boolean,
  latest: col.text,
  points: col.listOf(col.object(ContactPoint)),
  reminders: col.listOf(col.text),
};
type Person = RowOf<typeof Person>;
type Plan = Person & {
  channel: MessageChannel | null;
  contactPointId: string | null;
  sendAfter: string;
  status: 'planned' | 'queued' | 'held';
  why: WhyHeld | null;
};

/**
 * Gathers one batch in the caller's transaction.
 * @param which a condition that narrows the reminders `r`
 */
export async function gatherBatch(
  work: Work,
  date: string,
  which: RawBuilder<unknown>,
): Promise<{ messages: number; full: boolean; lastPatient: string | null }> {
  const people = await readPeople(work, date, which);
  const points = await withDoubts(
    work.trx,
    people.flatMap((person) => person.points),
    work.today,
  );
  const byId = new Map(points.map((point) => [point.id, point]));
  const isDayOff = await daysOff(work.trx, date);
  const plans = people.map((person) =>
    planMessage(
      { ...person, points: person.points.map(({ id }) => byId.get(id)!) },
      work.deps,
      date,
      isDayOff,
    ),
  );
  if (!plans.length) return { messages: 0, full: false, lastPatient: null };
  const held = plans.filter(({ status }) => status === 'held');
  const made = [
    ...(await upsert(
      work,
      date,
      plans.filter(({ status }) => status !== 'held'),
      false,
    )),
    ...(await upsert(work, date, held, true)),
  ];
  await run(work.trx, 'gather.batch')`
    update reminder r set message_id = m.id
    from jsonb_to_recordset(${JSON.stringify(made)}) m (id uuid, reminders uuid[]) where r.id = any(m.reminders)`;
  const ctx = systemContext(`gather-${date}`);
  const newlyHeld = made.filter(({ isHeld, isNew }) => isHeld && isNew);
  await recordEvents(
    workIn(work.trx, work.deps, ctx),
    newlyHeld.map(({ id, patientId }) => ({
      type: 'message.held',
      subjects: [
        ['message', id],
        ['patient', patientId],
      ],
      values: { status: 'held' },
    })),
  );
  const whyHeld = new Map(held.map(({ patientId, why }) => [patientId, why]));
  await createTasks(
    workIn(work.trx, work.deps, ctx),
    newlyHeld.map(({ patientId }) => ({
      kind: whyNotSent[whyHeld.get(patientId) ?? 'no_safe_contact'].task,
      subjectType: 'patient',
      subjectId: patientId,
      patientId,
    })),
  );
  return {
    messages: made.length,
    full: people.length >= batchSize,
    lastPatient: people.at(-1)?.patientId ?? null,
  };
}

/** Whole people at a time, so that a batch never splits what is said together; those being gathered elsewhere are left to it. */
async function readPeople(work: Work, date: string, which: RawBuilder<unknown>): Promise<Person[]> {
  const now = work.at;
  const due = isDue(work.deps, date);
  return many(work.trx, 'gather.read-people', Person)`
    with people as materialized (
      select r.patient_id from reminder r join patient p on p.id = r.patient_id
      where r.status = 'standing' and r.message_id is null and r.useless_after > ${now} and ${due} and ${contactable(work.today)} ${which}
      group by r.patient_id order by r.patient_id limit ${batchSize}
    ), waiting as (
      select r.id, r.patient_id, r.useless_after, ${goesThrough(work.deps, sql`r`)} as through from reminder r join patient p on p.id = r.patient_id
      where r.status = 'standing' and r.message_id is null and r.useless_after > ${now} and ${due} and r.patient_id = any(array(select patient_id from people))
      for update of r skip locked
    )
    select w.patient_id as "patientId", w.through as "toTrusted", case when w.through then 'discreet' else p.wording end as wording,
      case when w.through then '{}'::text[] else p.communication_needs end as needs, max(w.useless_after) as latest, json_agg(w.id) as reminders,
      case when w.through then json_build_array(${trustedPointJson}) else coalesce((select json_agg(${pointJson}
          order by c.position)
        from contact_point c where c.patient_id = w.patient_id), '[]') end as points
    from waiting w join patient p on p.id = w.patient_id
    group by w.patient_id, w.through, p.id order by w.patient_id, w.through`;
}

/** When and how a person is told. What is planned for a night to come waits for its day. */
function planMessage(person: Person, deps: Deps, date: string, isDayOff: (date: string) => boolean): Plan {
  const now = deps.clock.now();
  const day = Temporal.PlainDate.from(date).toZonedDateTime(zone).toInstant();
  const chosen = chooseContact(person.points, reachOf(deps, person));
  const { point } = chosen;
  const opening =
    point && nextOpening(Temporal.Instant.compare(now, day) < 0 ? day : now, point.hours, isDayOff);
  const held = {
    ...person,
    channel: null,
    contactPointId: null,
    sendAfter: now.toString(),
    status: 'held' as const,
  };
  if (!chosen.point) return { ...held, why: chosen.why };
  if (!point || !opening || Temporal.Instant.compare(opening, person.latest) >= 0)
    return { ...held, why: 'outside_hours' };
  const isOpen = opening.equals(now);
  return {
    ...person,
    channel: point.channel,
    contactPointId: person.toTrusted ? null : point.id,
    sendAfter: opening.toString(),
    status: isOpen ? 'queued' : 'planned',
    why: null,
  };
}

const Made = {
  id: col.text,
  patientId: col.text,
  isNew: col.boolean,
  isHeld: col.boolean,
  toTrusted: col.boolean,
  reminders: col.listOf(col.text),
};
type Made = RowOf<typeof Made>;

/**
 * Makes the messages, or finds the day's message to the same person by the same channel that has not gone.
 * One that is on its way just now takes nothing more: its reminders wait for the next gathering.
 */
async function upsert(work: Work, date: string, plans: Plan[], isHeld: boolean): Promise<Made[]> {
  if (!plans.length) return [];
  const now = work.at;
  const arbiter = isHeld
    ? sql`(patient_id, run_date, to_trusted) where status = 'held'`
    : sql`(patient_id, channel, run_date, to_trusted) where status in ('planned', 'queued', 'sending')`;
  const rows = plans.map(({ points: _points, latest: _latest, needs: _needs, ...plan }) => plan);
  return many(work.trx, 'gather.upsert', Made)`
    with given as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}) g ("patientId" uuid, wording text, channel text, "contactPointId" uuid,
        "toTrusted" boolean, "sendAfter" timestamptz, status text, why text, reminders uuid[])
    ), made as (
      insert into message (id, patient_id, channel, contact_point_id, to_trusted, wording, run_date, status, why, send_after, created_at, changed_at)
      select new_id(), "patientId", channel, "contactPointId", "toTrusted", wording, ${date}, status, why, "sendAfter", ${now}, ${now} from given
      on conflict ${arbiter} do update set changed_at = excluded.changed_at, why = excluded.why where message.status <> 'sending'
      returning id, patient_id, to_trusted, xmax = 0 or why is distinct from (select o.why from message o where o.id = message.id) as is_new
    )
    select m.id, m.patient_id as "patientId", m.is_new as "isNew", ${isHeld}::boolean as "isHeld", m.to_trusted as "toTrusted", g.reminders
    from made m join given g on g."patientId" = m.patient_id and g."toTrusted" = m.to_trusted`;
}

import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { asSeen } from '../shared/seen.ts';
import { maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { isInUse } from '../stock/data-plans/data-plan.states.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import type { TaskKind } from '../tasks/task.rules.ts';
import { isReachable, isToRecheck, tasksForAWay } from './contact.rules.ts';
import { warningsOf } from './contact-hours.queries.ts';
import type { ContactWayRecorded, NewContactWay } from './contact-point.schemas.ts';
import { type ContactState, contactStates } from './contact-state.rules.ts';
import { keepHistory } from './patient.commands.ts';
import { getPatient } from './patient.queries.ts';
import { readContactPoint } from './patient.rules.ts';
import type { Patient } from './patient.schemas.ts';

/**
 * Writes down what a person said of one way to reach them: a way that is there already, by channel and
 * value, gets what is said now as the whole of it; another is added. With a way that can be used, what
 * asked for one is done. Hours in which
 * nothing can be done are taken, with a warning.
 * @throws Problem `not-found`, `invalid`
 */
export async function recordContactPoint(
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewContactWay,
): Promise<ContactWayRecorded> {
  const day = today(deps.clock);
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const before = await getPatient(work.trx, patientId);
    const point = pointOf(deps, before, input, day);
    await upsertContactPoints(work, patientId, [point], day);
    const after = await getPatient(work.trx, patientId);
    const eventId = await recordEvent(work, {
      type: 'patient.contact_point_recorded',
      subjects: [['patient', patientId]],
      values: { channel: point.channel },
      fields: ['contactPoints'],
    });
    await keepHistory(work, patientId, eventId, { contactPoints: before.contactPoints });
    const settled: TaskKind[] = [
      ...(point.channel === 'letter' && point.safe ? (['letter_returned'] as const) : []),
      ...(after.contactPoints.some((one) => isToRecheck(one, day)) ? [] : (['recheck_contact'] as const)),
      ...(isReachable(after, day) ? tasksForAWay : []),
    ];
    await completeTasksAbout(work, settled, [patientId]);
    if (!isReachable(after, day) && after.contactChoice !== 'patient_contacts_us')
      await createTasks(work, [
        { kind: 'no_safe_contact', subjectType: 'patient', subjectId: patientId, patientId },
      ]);
    return { ...after, warnings: await warningsOf(work.trx, deps, patientId, point) };
  });
}

/**
 * The way as it is kept. One that is there keeps the value it has, and can always be called unsafe.
 * @throws Problem `invalid`
 */
function pointOf({ config }: Deps, { contactPoints }: Patient, input: NewContactWay, day: string) {
  const plain = (value: string) => asSeen(value).toLowerCase();
  const known = contactPoints.find(
    ({ channel, value }) => channel === input.channel && plain(value) === plain(input.value),
  );
  const { point, errors } = readContactPoint(input, day, config.ALLOW_TEST_PHONE_NUMBERS);
  const faults = known && !input.safe ? errors.filter(({ pointer }) => pointer !== '/value') : errors;
  if (faults.length) throw new Problem('invalid', { errors: faults });
  return known ? { ...point, value: known.value } : point;
}

/** @throws Problem `not-found`, `patient-erased`, `merge-refused` with the record that this one was merged into */
export async function lockPatient(trx: Trx, id: string): Promise<{ contactState: ContactState }> {
  const row = await maybe(trx, 'patient.lock', {
    mergedInto: col.orNull(col.text),
    erased: col.boolean,
    contactState: col.oneOf(contactStates),
  })`
    select merged_into as "mergedInto", erased_at is not null as erased, contact_state as "contactState" from patient where id = ${id} for no key update`;
  if (!row) throw new Problem('not-found');
  const { mergedInto, erased, contactState } = row;
  if (erased) throw new Problem('patient-erased');
  if (mergedInto)
    throw new Problem('merge-refused', {
      detail: 'This record was merged into another. Change that one.',
      mergedInto,
    });
  return { contactState };
}

/**
 * Ways to reach a person, by channel and value: known ones get what is said now as the whole of it, others
 * are added last, and one that is preferred comes first. A number that stopped with a device of ours stays
 * stopped while a plan of ours has it (rule 9).
 * @param safeFrom the civil date from which what is safe counts as safe
 */
export async function upsertContactPoints(
  { trx, at }: Work,
  patientId: string,
  ways: NewContactWay[],
  safeFrom: string,
): Promise<void> {
  const points = ways.map((way) => ({ ...way, id: newId() }));
  await run(trx, 'contact.upsert')`
    with said as (
      select x.*, o.first - row_number() over (order by x.id desc) as first_place, o.last + row_number() over (order by x.id) as last_place
      from jsonb_to_recordset(${JSON.stringify(points)}::jsonb)
        x (id uuid, channel text, value text, safe boolean, "voicemailOk" boolean, hours jsonb, "recheckDue" date, preferred boolean),
        (select coalesce(min(position), 0) as first, coalesce(max(position), -1) as last from contact_point where patient_id = ${patientId}) o
    ), known as (
      update contact_point c set safe = s.safe, safe_from = case when s.safe then ${safeFrom}::date end, recheck_due = s."recheckDue",
        voicemail_ok = coalesce(s."voicemailOk", false), hours = s.hours, failed_at = null,
        position = case when s.preferred then s.first_place else c.position end,
        stopped_at = case when exists (select from data_plan d where d.msisdn = c.value and ${isInUse('d')}) then c.stopped_at end
      from said s where c.patient_id = ${patientId} and c.channel = s.channel and lower(c.value) = lower(s.value)
      returning s.id
    ), p as (
      update patient set changed_at = ${at} where id = ${patientId}
    )
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, recheck_due, voicemail_ok, hours, created_at)
    select s.id, ${patientId}, case when s.preferred then s.first_place else s.last_place end,
      s.channel, s.value, s.safe, case when s.safe then ${safeFrom}::date end, s."recheckDue", coalesce(s."voicemailOk", false), s.hours, ${at}
    from said s where s.id not in (select id from known)`;
}

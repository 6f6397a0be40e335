import { sql } from 'kysely';
import { releaseHeld } from '../messages/release.commands.ts';
import type { NewContactState } from '../people/contact-state.schemas.ts';
import { closeWhenDecided } from '../people/identity.commands.ts';
import { keepHistory } from '../people/patient.commands.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Patient } from '../people/patient.schemas.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import type { TaskKind } from '../tasks/task.rules.ts';
import { applyContactState } from './contact-state.commands.ts';
import { type Merged, mergedFields, movedTables, newPoints, stricterState } from './merge.rules.ts';
import { writeMerged } from './merge-write.commands.ts';

/**
 * Merges another record into this one, of the same person: what was theirs goes over, on contact the
 * stricter word of the two holds, and all of it is written down so that they can be parted again.
 * @throws Problem `not-found`, `invalid` for the same record twice, `merge-refused` with what would make it right
 */
export async function mergePatients(
  deps: Deps,
  ctx: Context,
  staysId: string,
  goesId: string,
): Promise<{ id: string }> {
  if (staysId === goesId)
    throw invalid({ pointer: '/patientId', message: 'This is the same record. Choose the other one.' });
  return command(deps, ctx, async (trx) => {
    await lockBoth(trx, [staysId, goesId]);
    const [stays, goes] = [await getPatient(trx, staysId), await getPatient(trx, goesId)];
    assertApart(stays, goes);
    await assertMayMerge(trx, staysId, goesId);
    const at = timestamp(deps.clock);
    const moved = await moveAll(trx, deps, ctx, goesId, staysId, at);
    const after = mergedFields(stays, goes);
    const added = newPoints(stays, goes).map((point) => ({ ...point, id: newId() }));
    await writeMerged(trx, staysId, after, at);
    await addPoints(trx, staysId, added, at);
    await sql`update patient set merged_into = ${staysId}, changed_at = ${at} where id = ${goesId}`.execute(
      trx,
    );
    const id = newId();
    await sql`/* merge.insert */
      insert into patient_merge (id, survivor_id, merged_id, moved, before, after, by_name, at)
      values (${id}, ${staysId}, ${goesId}, ${JSON.stringify({ ...moved, contactPoints: added.map((point) => point.id) })},
        ${JSON.stringify(fieldsOf(stays))}, ${JSON.stringify(after)}, ${ctx.actor.name}, ${at})`.execute(trx);
    const eventId = await recordEvent(trx, deps, ctx, {
      type: 'patient.merged',
      subjects: [
        ['patient', staysId],
        ['patient', goesId],
      ],
      values: { count: Object.values(moved).reduce((sum, ids) => sum + ids.length, 0) },
    });
    await keepHistory(trx, staysId, eventId, fieldsOf(stays), at);
    await holdStricterState(trx, deps, ctx, stays, goes);
    await closeWhenDecided(trx, deps, ctx, [staysId]);
    await releaseHeld(trx, deps, staysId);
    return { id };
  });
}

/** Both records, in one order, so that two merges of the same pair wait for each other. */
export async function lockBoth(trx: Trx, ids: string[]): Promise<void> {
  const { rows } = await sql`/* merge.lock */
    select id from patient where id = any(${ids}::uuid[]) order by id for no key update`.execute(trx);
  if (rows.length < 2) throw new Problem('not-found');
}

function assertApart(stays: Patient, goes: Patient): void {
  const refuse = (detail: string, mergedInto: string) => new Problem('merge-refused', { detail, mergedInto });
  if (stays.mergedInto)
    throw refuse('This record was merged into another. Merge into that one.', stays.mergedInto);
  if (goes.mergedInto) throw refuse('The other record was merged already.', goes.mergedInto);
}

async function assertMayMerge(trx: Trx, staysId: string, goesId: string): Promise<void> {
  const { rows } = await sql<{
    absorbed: boolean;
    one: string | null;
    other: string | null;
    apartBy: string | null;
  }>`/* merge.hindrances */
    select exists (select from patient where merged_into = ${goesId}) as absorbed, r.one, r.other,
      (select by_name from patient_kept_apart where one = least(${staysId}::uuid, ${goesId}::uuid) and other = greatest(${staysId}::uuid, ${goesId}::uuid)) as "apartBy"
    from (select 1) x left join lateral (
      select a.reference as one, b.reference as other from referral a
        join organisation oa on oa.id = a.clinic_id
        join referral b on b.patient_id = ${goesId} and b.status in ('received', 'asked', 'waiting', 'active')
        join organisation ob on ob.id = b.clinic_id and coalesce(ob.succeeded_by, ob.id) = coalesce(oa.succeeded_by, oa.id)
      where a.patient_id = ${staysId} and a.status in ('received', 'asked', 'waiting', 'active') limit 1) r on true`.execute(
    trx,
  );
  const { absorbed, one, other, apartBy } = rows[0]!;
  if (apartBy)
    throw new Problem('merge-refused', {
      detail: `${apartBy} wrote down that they are two people. Take that back first.`,
    });
  if (absorbed)
    throw new Problem('merge-refused', {
      detail: 'The other record has one merged into it. Keep that one, and merge this one into it.',
    });
  if (one)
    throw new Problem('merge-refused', {
      detail: `Both have an open referral from the same clinic, ${one} and ${other}. Withdraw or close one of them first.`,
    });
}

/** What the record that stays says before and after, as far as a merge changes it. */
export const fieldsOf = (patient: Patient): Merged => ({
  ...mergedFields(patient, patient),
  trustedPerson: patient.trustedPerson,
});

type Moved = Record<
  | (typeof movedTables)[number]
  | 'inbound_message'
  | 'task'
  /** Closed, since the record that stays has the same one open. */
  | 'tasksOfBoth',
  string[]
>;

/** Moves rows in the order of locks. What is about to be sent is gathered anew, for the one person that they are. */
async function moveAll(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  from: string,
  to: string,
  at: string,
): Promise<Moved> {
  await sql`/* merge.gather-anew */
    with m as (
      update message set status = 'cancelled', why = 'contact_changed', changed_at = ${at}
      where patient_id = ${from} and status in ('planned', 'queued', 'held') returning id
    )
    update reminder set message_id = null where message_id in (select id from m) and status = 'standing'`.execute(
    trx,
  );
  const { rows: twice } = await sql<{ kind: TaskKind }>`/* merge.tasks-of-both */
    select kind from task t where t.subject_id = ${from} and t.status = 'open'
      and exists (select from task o where o.kind = t.kind and o.subject_id = ${to} and o.status = 'open')`.execute(
    trx,
  );
  const kinds = twice.map(({ kind }) => kind);
  const moved = { tasksOfBoth: await completeTasksAbout(trx, deps, ctx, kinds, [from]) } as Moved;
  for (const table of movedTables) {
    const sending = table === 'message' ? sql`and status <> 'sending'` : sql``;
    const { rows } = await sql<{ id: string }>`
      update ${sql.table(table)} set patient_id = ${to} where patient_id = ${from} ${sending} returning id`.execute(
      trx,
    );
    moved[table] = rows.map(({ id }) => id);
  }
  const { rows } = await sql<{ id: string }>`/* merge.tasks */
    update task set patient_id = ${to}, subject_id = case when subject_id = ${from} then ${to} else subject_id end
    where patient_id = ${from} returning id`.execute(trx);
  const { rows: replies } = await sql<{ id: string }>`/* merge.replies */
    update inbound_message set patient_ids = array_replace(patient_ids, ${from}::uuid, ${to}::uuid)
    where patient_ids @> array[${from}::uuid] and not patient_ids @> array[${to}::uuid] returning id`.execute(
    trx,
  );
  return { ...moved, task: rows.map(({ id }) => id), inbound_message: replies.map(({ id }) => id) };
}

async function addPoints(
  trx: Trx,
  patientId: string,
  points: Patient['contactPoints'],
  at: string,
): Promise<void> {
  if (!points.length) return;
  await sql`/* merge.add-points */
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, recheck_due, voicemail_ok, hours, stopped_at, failed_at, created_at)
    select x.id, ${patientId}, (select coalesce(max(position), -1) from contact_point where patient_id = ${patientId}) + row_number() over (order by x.id),
      x.channel, x.value, x.safe, x."safeFrom", x."recheckDue", x."voicemailOk", x.hours, x."stoppedAt", x."failedAt", ${at}
    from jsonb_to_recordset(${JSON.stringify(points)}::jsonb) x (id uuid, channel text, value text, safe boolean, "safeFrom" date, "recheckDue" date,
      "voicemailOk" boolean, hours jsonb, "stoppedAt" timestamptz, "failedAt" timestamptz)`.execute(trx);
}

/** Rule 24: what one of the two wanted of contact holds for the one person that they are, as it was said, by whom and when. */
async function holdStricterState(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  stays: Patient,
  goes: Patient,
): Promise<void> {
  const { contactState, pausedUntil } = stricterState(stays, goes);
  if (contactState === stays.contactState && pausedUntil === stays.pausedUntil) return;
  if (contactState === 'paused' && (pausedUntil ?? '') <= today(deps.clock)) return;
  const { rows } = await sql<
    Pick<NewContactState, 'source' | 'saidOn'> & { note: string | null }
  >`/* merge.said */
    select source, said_on as "saidOn", note from contact_state_change
    where patient_id = ${goes.id} and state = ${contactState} order by id desc limit 1`.execute(trx);
  const { note, ...said } = rows[0]!;
  await applyContactState(trx, deps, ctx, stays.id, {
    state: contactState,
    ...(pausedUntil && { pausedUntil }),
    ...said,
    ...(note && { note }),
  });
}

import { sql } from 'kysely';
import { isUnsent } from '../messages/message.states.ts';
import { releaseHeld } from '../messages/release.commands.ts';
import { closeWhenDecided } from '../people/identity.commands.ts';
import { keepHistory } from '../people/patient.commands.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Patient } from '../people/patient.schemas.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { taskKinds } from '../tasks/task.rules.ts';
import { applyContactState } from './contact-state.commands.ts';
import { mergedFields, movedTables, newPoints, stricterState } from './merge.rules.ts';
import type { Merged } from './merge.schemas.ts';
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
  return command(deps, ctx, async (work) => {
    await lockBoth(work.trx, [staysId, goesId]);
    const [stays, goes] = [await getPatient(work.trx, staysId), await getPatient(work.trx, goesId)];
    assertApart(stays, goes);
    await assertMayMerge(work.trx, staysId, goesId);
    const { at } = work;
    const moved = await moveAll(work, goesId, staysId, at);
    const after = mergedFields(stays, goes);
    const added = newPoints(stays, goes).map((point) => ({ ...point, id: newId() }));
    await writeMerged(work.trx, staysId, after, at);
    await addPoints(work.trx, staysId, added, at);
    await run(
      work.trx,
      'merge.patients',
      work.trx.updateTable('patient').set({ merged_into: staysId, changed_at: at }).where('id', '=', goesId),
    );
    const id = newId();
    await run(
      work.trx,
      'merge.insert',
      work.trx.insertInto('patient_merge').values({
        id,
        survivor_id: staysId,
        merged_id: goesId,
        moved: JSON.stringify({ ...moved, contactPoints: added.map((point) => point.id) }),
        before: JSON.stringify(fieldsOf(stays)),
        after: JSON.stringify(after),
        by_name: ctx.actor.name,
        at,
      }),
    );
    const eventId = await recordEvent(work, {
      type: 'patient.merged',
      subjects: [
        ['patient', staysId],
        ['patient', goesId],
      ],
      values: { count: Object.values(moved).reduce((sum, ids) => sum + ids.length, 0) },
    });
    await keepHistory(work, staysId, eventId, fieldsOf(stays));
    await holdStricterState(work, stays, goes);
    await closeWhenDecided(work, [staysId]);
    await releaseHeld(work, staysId);
    return { id };
  });
}

/** Both records, in one order, so that two merges of the same pair wait for each other. */
export async function lockBoth(trx: Trx, ids: string[]): Promise<void> {
  const rows = await many(trx, 'merge.lock', {})`
    select id from patient where id = any(${ids}::uuid[]) order by id for no key update`;
  if (rows.length < 2) throw new Problem('not-found');
}

function assertApart(stays: Patient, goes: Patient): void {
  const refuse = (detail: string, mergedInto: string) => new Problem('merge-refused', { detail, mergedInto });
  if (stays.mergedInto)
    throw refuse('This record was merged into another. Merge into that one.', stays.mergedInto);
  if (goes.mergedInto) throw refuse('The other record was merged already.', goes.mergedInto);
}

async function assertMayMerge(trx: Trx, staysId: string, goesId: string): Promise<void> {
  const {
    absorbed,
    one: ours,
    other,
    apartBy,
  } = await one(trx, 'merge.hindrances', {
    absorbed: col.boolean,
    one: col.orNull(col.text),
    other: col.orNull(col.text),
    apartBy: col.orNull(col.text),
  })`
    select exists (select from patient where merged_into = ${goesId}) as absorbed, r.one, r.other,
      (select by_name from patient_kept_apart where one = least(${staysId}::uuid, ${goesId}::uuid) and other = greatest(${staysId}::uuid, ${goesId}::uuid)) as "apartBy"
    from (select 1) x left join lateral (
      select a.reference as one, b.reference as other from referral a
        join organisation oa on oa.id = a.clinic_id
        join referral b on b.patient_id = ${goesId} and ${isOpenReferral('b')}
        join organisation ob on ob.id = b.clinic_id and coalesce(ob.succeeded_by, ob.id) = coalesce(oa.succeeded_by, oa.id)
      where a.patient_id = ${staysId} and ${isOpenReferral('a')} limit 1) r on true`;
  if (apartBy)
    throw new Problem('merge-refused', {
      detail: `${apartBy} wrote down that they are two people. Take that back first.`,
    });
  if (absorbed)
    throw new Problem('merge-refused', {
      detail: 'The other record has one merged into it. Keep that one, and merge this one into it.',
    });
  if (ours)
    throw new Problem('merge-refused', {
      detail: `Both have an open referral from the same clinic, ${ours} and ${other}. Withdraw or close one of them first.`,
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
async function moveAll(work: Work, from: string, to: string, at: string): Promise<Moved> {
  await run(work.trx, 'merge.gather-anew')`
    with m as (
      update message set status = 'cancelled', why = 'contact_changed', changed_at = ${at}
      where patient_id = ${from} and ${isUnsent()} returning id
    )
    update reminder set message_id = null where message_id in (select id from m) and status = 'standing'`;
  const twice = await many(work.trx, 'merge.tasks-of-both', { kind: col.keyOf(taskKinds) })`
    select kind from task t where t.subject_id = ${from} and t.status = 'open'
      and exists (select from task o where o.kind = t.kind and o.subject_id = ${to} and o.status = 'open')`;
  const kinds = twice.map(({ kind }) => kind);
  const moved = { tasksOfBoth: await completeTasksAbout(work, kinds, [from]) } as Moved;
  for (const table of movedTables) {
    const sending = table === 'message' ? sql`and status <> 'sending'` : sql``;
    const rows = await many(work.trx, 'merge.move-all', { id: col.text })`
      update ${sql.table(table)} set patient_id = ${to} where patient_id = ${from} ${sending} returning id`;
    moved[table] = rows.map(({ id }) => id);
  }
  const rows = await many(work.trx, 'merge.tasks', { id: col.text })`
    update task set patient_id = ${to}, subject_id = case when subject_id = ${from} then ${to} else subject_id end
    where patient_id = ${from} returning id`;
  const replies = await many(work.trx, 'merge.replies', { id: col.text })`
    update inbound_message set patient_ids = array_replace(patient_ids, ${from}::uuid, ${to}::uuid)
    where patient_ids @> array[${from}::uuid] and not patient_ids @> array[${to}::uuid] returning id`;
  return { ...moved, task: rows.map(({ id }) => id), inbound_message: replies.map(({ id }) => id) };
}

async function addPoints(
  trx: Trx,
  patientId: string,
  points: Patient['contactPoints'],
  at: string,
): Promise<void> {
  if (!points.length) return;
  await run(trx, 'merge.add-points')`
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, recheck_due, voicemail_ok, hours, stopped_at, failed_at, created_at)
    select x.id, ${patientId}, (select coalesce(max(position), -1) from contact_point where patient_id = ${patientId}) + row_number() over (order by x.id),
      x.channel, x.value, x.safe, x."safeFrom", x."recheckDue", x."voicemailOk", x.hours, x."stoppedAt", x."failedAt", ${at}
    from jsonb_to_recordset(${JSON.stringify(points)}::jsonb) x (id uuid, channel text, value text, safe boolean, "safeFrom" date, "recheckDue" date,
      "voicemailOk" boolean, hours jsonb, "stoppedAt" timestamptz, "failedAt" timestamptz)`;
}

/** Rule 24: what one of the two wanted of contact holds for the one person that they are, as it was said, by whom and when. */
async function holdStricterState(work: Work, stays: Patient, goes: Patient): Promise<void> {
  const { contactState, pausedUntil } = stricterState(stays, goes);
  if (contactState === stays.contactState && pausedUntil === stays.pausedUntil) return;
  if (contactState === 'paused' && (pausedUntil ?? '') <= work.today) return;
  const { note, ...said } = await one(
    work.trx,
    'merge.said',
    work.trx
      .selectFrom('contact_state_change')
      .select(['source', 'said_on as saidOn', 'note'])
      .where('patient_id', '=', goes.id)
      .where('state', '=', contactState)
      .orderBy('id', 'desc')
      .limit(1),
  );
  await applyContactState(work, stays.id, {
    state: contactState,
    ...(pausedUntil && { pausedUntil }),
    ...said,
    ...(note && { note }),
  });
}

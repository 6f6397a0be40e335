import { sql } from 'kysely';
import { lockPatient } from '../patients/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { ofIds } from './export.queries.ts';
import { personalTables } from './personal-data.rules.ts';
import { assertPast, writeDecision } from './privacy.commands.ts';
import { privacyState } from './privacy.queries.ts';
import type { NewErasure } from './privacy.schemas.ts';

/**
 * Erases who a person is: names, numbers, ways to reach them and what was written goes, with the records
 * merged into theirs; loans, items, dates and states stay and are counted. It cannot be taken back.
 * @throws Problem `not-found`, `invalid`, `merge-refused`, `patient-erased`, `erasure-refused` with what has to end first
 */
export async function erasePatient(
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewErasure,
): Promise<{ id: string }> {
  assertPast(deps, input.askedOn);
  if (input.askedBy !== 'retention' && !input.identityCheck)
    throw invalid({ pointer: '/identityCheck', message: 'Say how you checked who asks.' });
  return command(deps, ctx, (trx) => erase(trx, deps, ctx, patientId, input));
}

/** `erasePatient` within a transaction. */
export async function erase(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewErasure,
): Promise<{ id: string }> {
  const ids = await lockPerson(trx, patientId);
  const { hindrances } = await privacyState(trx, patientId);
  if (hindrances.length)
    throw new Problem('erasure-refused', {
      detail: 'Something about this person is still under way. Let it end first.',
      hindrances,
    });
  await eraseRows(trx, deps, ids);
  const id = await writeDecision(trx, deps, ctx, patientId, { kind: 'erasure', ...input });
  await recordEvent(trx, deps, ctx, {
    type: 'patient.erased',
    subjects: ids.map((one) => ['patient', one]),
    values: { way: input.askedBy === 'retention' ? 'retention' : 'asked' },
  });
  return { id };
}

/** Waits for everything that begins or changes for this person, and holds off what would begin. Their ids. */
async function lockPerson(trx: Trx, patientId: string): Promise<string[]> {
  await sql`/* erasure.lock */ select from patient where id = ${patientId} for update`.execute(trx);
  await lockPatient(trx, patientId);
  const { rows } = await sql<{ id: string }>`/* erasure.lock-merged */
    select id from patient where merged_into = ${patientId} order by id for update`.execute(trx);
  return [patientId, ...rows.map(({ id }) => id)];
}

async function eraseRows(trx: Trx, deps: Deps, ids: string[]): Promise<void> {
  await forgetReplies(trx, ids);
  await keepOfOthers(trx, ids);
  await sql`/* erasure.end */
    with r as (update reminder set status = 'cancelled' where patient_id = any(${ids}::uuid[]) and status = 'standing')
    update task set status = 'done', done_at = ${timestamp(deps.clock)} where patient_id = any(${ids}::uuid[]) and status = 'open'`.execute(
    trx,
  );
  // The person's own row is last: from then on the database refuses any change of it.
  for (const { table, of, erasure } of [...personalTables.slice(1), personalTables[0]!]) {
    const where = ofIds(of, ids);
    if (erasure === 'rows go') await sql`delete from ${sql.table(table)} x where ${where}`.execute(trx);
    else if (Object.keys(erasure).length) {
      const values = Object.entries(erasure).map(
        ([column, value]) => sql`${sql.ref(column)} = ${sql.raw(value)}`,
      );
      const stamp = table === 'patient' ? [sql`erased_at = ${timestamp(deps.clock)}`] : [];
      await sql`update ${sql.table(table)} x set ${sql.join([...values, ...stamp])} where ${where}`.execute(
        trx,
      );
    }
  }
}

/** Kept replies to requests, for a week, may show the person: those that name any of their records go. */
async function forgetReplies(trx: Trx, ids: string[]): Promise<void> {
  await sql`/* erasure.forget-replies */
    delete from idempotency_key k using (
      select array(
        select '%' || id || '%' from patient where id = any(${ids}::uuid[])
        union all select '%' || id || '%' from referral where patient_id = any(${ids}::uuid[])
        union all select '%' || id || '%' from loan where patient_id = any(${ids}::uuid[])
        union all select '%' || id || '%' from incident where patient_id = any(${ids}::uuid[])
        union all select '%' || id || '%' from follow_up where patient_id = any(${ids}::uuid[])) as any_of
    ) t where k.result::text like any(t.any_of)`.execute(trx);
}

/** A reply from a number that people share stays with the others. */
async function keepOfOthers(trx: Trx, ids: string[]): Promise<void> {
  await sql`/* erasure.shared-replies */
    update inbound_message set message_id = case when from_number is null then message_id end,
      patient_ids = array(select one from unnest(patient_ids) one where one <> all(${ids}::uuid[]))
    where patient_ids && ${ids}::uuid[] and not patient_ids <@ ${ids}::uuid[]`.execute(trx);
}

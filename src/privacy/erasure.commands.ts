import { sql } from 'kysely';
import { byTwo, wantSecondPerson } from '../access/second-person.commands.ts';
import { lockPatient } from '../people/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { many, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { ofIds } from './export.queries.ts';
import { personalTables } from './personal-data.rules.ts';
import { assertPast, writeDecision } from './privacy.commands.ts';
import { privacyState } from './privacy.queries.ts';
import type { NewErasure } from './privacy.schemas.ts';

/**
 * Erases who a person is: names, numbers, ways to reach them and what was written goes, with the records
 * merged into theirs; loans, items, dates and states stay and are counted. It cannot be taken back.
 * @throws Problem `not-found`, `invalid`, `merge-refused`, `patient-erased`, `erasure-refused` with what has to end first,
 * `second-person-required`
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
  return byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      await wantTwo(work, patientId);
      return erase(work, patientId, input);
    }),
  );
}

/**
 * Waits for a second manager where the policy says so.
 * @param subjectId whom it is about, or the batch, with `about` for that
 * @throws Problem `second-person-required`
 */
export async function wantTwo(work: Work, subjectId: string, about?: 'batch'): Promise<void> {
  const { byTwo } = await one(
    work.trx,
    'erasure.by-two',
    work.trx.selectFrom('sign_in_policy').select('erasure_by_two as byTwo'),
  );
  if (byTwo) await wantSecondPerson(work, { kind: 'erasure', subjectId, ...(about && { about }) });
}

/** `erasePatient` within a transaction. */
export async function erase(work: Work, patientId: string, input: NewErasure): Promise<{ id: string }> {
  const ids = await lockPerson(work.trx, patientId);
  const { hindrances } = await privacyState(work.trx, patientId);
  if (hindrances.length)
    throw new Problem('erasure-refused', {
      detail: 'Something about this person is still under way. Let it end first.',
      hindrances,
    });
  await eraseRows(work, ids);
  const id = await writeDecision(work, patientId, { kind: 'erasure', ...input });
  await recordEvent(work, {
    type: 'patient.erased',
    subjects: ids.map((one) => ['patient', one]),
    values: { way: input.askedBy === 'retention' ? 'retention' : 'asked' },
  });
  return { id };
}

/** Waits for everything that begins or changes for this person, and holds off what would begin. Their ids. */
async function lockPerson(trx: Trx, patientId: string): Promise<string[]> {
  await run(trx, 'erasure.lock', trx.selectFrom('patient').where('id', '=', patientId).forUpdate());
  await lockPatient(trx, patientId);
  const rows = await many(
    trx,
    'erasure.lock-merged',
    trx.selectFrom('patient').select('id').where('merged_into', '=', patientId).orderBy('id').forUpdate(),
  );
  const ids = [patientId, ...rows.map(({ id }) => id)];
  await run(
    trx,
    'erasure.lock-referrals',
  )`select from referral where patient_id = any(${ids}::uuid[]) order by id for update`;
  return ids;
}

async function eraseRows(work: Work, ids: string[]): Promise<void> {
  await forgetReplies(work.trx, ids);
  await forgetHistoryOfBoth(work.trx, ids);
  await keepOfOthers(work.trx, ids);
  await run(work.trx, 'erasure.end')`
    with r as (update reminder set status = 'cancelled' where patient_id = any(${ids}::uuid[]) and status = 'standing')
    update task set status = 'done', done_at = ${work.at} where patient_id = any(${ids}::uuid[]) and status = 'open'`;
  // The person's own row is last: from then on the database refuses any change of it.
  for (const { table, of, erasure } of [...personalTables.slice(1), personalTables[0]!]) {
    const where = ofIds(of, ids);
    if (erasure === 'rows go')
      await run(work.trx, 'erasure.erase-rows')`delete from ${sql.table(table)} x where ${where}`;
    else if (Object.keys(erasure).length) {
      const values = Object.entries(erasure).map(
        ([column, value]) => sql`${sql.ref(column)} = ${sql.raw(value)}`,
      );
      const stamp = table === 'patient' ? [sql`erased_at = ${work.at}`] : [];
      await run(
        work.trx,
        'erasure.erase-rows.2',
      )`update ${sql.table(table)} x set ${sql.join([...values, ...stamp])} where ${where}`;
    }
  }
}

/** What of a person an event can be about. */
const things = [
  'patient',
  'referral',
  'loan',
  'incident',
  'follow_up',
  'allocation',
  'message',
  'inbound_message',
  'task',
] as const satisfies SubjectType[];

/** Kept replies to requests may show the person: those go that were about them, by what happened in the request, or that name any of their records. */
async function forgetReplies(trx: Trx, ids: string[]): Promise<void> {
  const theirs = things.map((table) => {
    const { of } = personalTables.find((one) => one.table === table)!;
    return sql`select x.id from ${sql.table(table)} x where ${ofIds(of, ids)}`;
  });
  await run(trx, 'erasure.forget-replies')`
    with thing as materialized (${sql.join(theirs, sql` union `)}),
    request as materialized (
      select e.request_id from thing t join event_subject s on s.subject_id = t.id join event e on e.id = s.event_id
    )
    update idempotency_key k set result = null where k.result is not null and (
      k.request_id in (select request_id from request)
      or k.result::text like any((select array_agg('%' || id || '%') from thing)::text[]))`;
}

/** What was kept of a record while another of these was merged into it is of both, and goes with either. */
async function forgetHistoryOfBoth(trx: Trx, ids: string[]): Promise<void> {
  await run(trx, 'erasure.history-of-both')`
    delete from patient_history h using patient_merge m
    where m.merged_id = any(${ids}::uuid[]) and h.patient_id = m.survivor_id and h.at > m.at and h.at <= m.parted_at`;
}

/** A reply from a number that people share stays with the others. */
async function keepOfOthers(trx: Trx, ids: string[]): Promise<void> {
  await run(trx, 'erasure.shared-replies')`
    update inbound_message set message_id = case when from_number is null then message_id end,
      patient_ids = array(select one from unnest(patient_ids) one where one <> all(${ids}::uuid[]))
    where patient_ids && ${ids}::uuid[] and not patient_ids <@ ${ids}::uuid[]`;
}

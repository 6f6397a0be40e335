import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { releaseHeld } from '../messages/release.commands.ts';
import { closeWhenDecided } from '../people/identity.commands.ts';
import { keepHistory } from '../people/patient.commands.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { fieldsOf, lockBoth } from './merge.commands.ts';
import { type Merged, movedTables } from './merge.rules.ts';
import { writeMerged } from './merge-write.commands.ts';

type Merge = {
  staysId: string;
  goesId: string;
  moved: Record<string, string[]>;
  before: Merged;
  after: Merged;
  partedAt: string | null;
};

/**
 * Parts two records that were merged: what went over goes back, and the record that stayed says what it
 * said before, where nobody has changed it since. What began after the merge stays with it; so does a
 * stricter contact state, which a person opens again. The two are kept apart from then on.
 * @throws Problem `not-found`, `merge-refused` when they were parted already
 */
export async function partPatients(
  deps: Deps,
  ctx: Context,
  patientId: string,
  mergeId: string,
): Promise<{ id: string }> {
  return command(deps, ctx, async (trx) => {
    const { staysId, goesId } = await readMerge(trx, patientId, mergeId);
    await lockBoth(trx, [staysId, goesId]);
    const { moved, before, after, partedAt } = await readMerge(trx, patientId, mergeId);
    if (partedAt) throw new Problem('merge-refused', { detail: 'They were parted already.' });
    const at = timestamp(deps.clock);
    const stays = await getPatient(trx, staysId);
    await sql`update patient set merged_into = null, changed_at = ${at} where id = ${goesId}`.execute(trx);
    for (const table of movedTables)
      await sql`update ${sql.table(table)} set patient_id = ${goesId}
        where id = any(${moved[table] ?? []}::uuid[]) and patient_id = ${staysId}`.execute(trx);
    await sql`/* part.tasks */
      update task t set patient_id = ${goesId}, subject_id = case when subject_id = ${staysId} then ${goesId}::uuid else subject_id end
      where id = any(${moved.task ?? []}::uuid[]) and patient_id = ${staysId}
        and not exists (select from task o where o.kind = t.kind and o.subject_id = ${goesId} and o.status = 'open' and t.subject_id = ${staysId})`.execute(
      trx,
    );
    await sql`/* part.reopened-tasks */
      update task t set status = 'open', done_at = null where id = any(${moved.tasksOfBoth ?? []}::uuid[]) and status = 'done'
        and not exists (select from task o where o.kind = t.kind and o.subject_id = ${goesId} and o.status = 'open')`.execute(
      trx,
    );
    await sql`/* part.replies */
      update inbound_message set patient_ids = array_replace(patient_ids, ${staysId}::uuid, ${goesId}::uuid)
      where id = any(${moved.inbound_message ?? []}::uuid[])`.execute(trx);
    await sql`/* part.points */
      delete from contact_point c where c.id = any(${moved.contactPoints ?? []}::uuid[]) and c.patient_id = ${staysId}
        and not exists (select from message m where m.contact_point_id = c.id)`.execute(trx);
    await writeMerged(trx, staysId, asBefore(fieldsOf(stays), before, after), at);
    await writeApart(trx, deps, ctx, [staysId, goesId], null);
    await sql`update patient_merge set parted_by = ${ctx.actor.name}, parted_at = ${at} where id = ${mergeId}`.execute(
      trx,
    );
    const eventId = await recordEvent(trx, deps, ctx, {
      type: 'patient.parted',
      subjects: [
        ['patient', staysId],
        ['patient', goesId],
      ],
    });
    await keepHistory(trx, staysId, eventId, fieldsOf(stays), at);
    return { id: goesId };
  });
}

async function readMerge(trx: Trx, patientId: string, id: string): Promise<Merge> {
  const { rows } = await sql<Merge>`/* merge.get */
    select survivor_id as "staysId", merged_id as "goesId", moved, before, after, parted_at as "partedAt"
    from patient_merge where id = ${id} and survivor_id = ${patientId}`.execute(trx);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** Each thing as it was before the merge, if it still is what the merge made of it. */
function asBefore(now: Merged, before: Merged, after: Merged): Merged {
  const { points, ...fields } = now;
  const names = Object.keys(fields) as (keyof typeof fields)[];
  const back = names.map((name) => [
    name,
    isDeepStrictEqual(now[name] ?? null, after[name] ?? null) ? before[name] : now[name],
  ]);
  const known = (list: Merged['points'], id: string) => list.find((point) => point.id === id);
  return {
    ...(Object.fromEntries(back) as typeof fields),
    points: points.map((point) => {
      const [was, made] = [known(before.points, point.id), known(after.points, point.id)];
      return was && isDeepStrictEqual({ ...point, ...made }, point) ? { ...point, ...was } : point;
    }),
  };
}

/**
 * Writes down that two records are two people, who are not offered as the same again. Said twice it is said once.
 * @throws Problem `not-found`
 */
export async function keepApart(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { patientId: otherId, reason = null }: { patientId: string; reason?: string | null },
): Promise<void> {
  if (patientId === otherId)
    throw invalid({ pointer: '/patientId', message: 'This is the same record. Choose the other one.' });
  await command(deps, ctx, async (trx) => {
    await lockBoth(trx, [patientId, otherId]);
    const both: [string, string] = [patientId, otherId];
    if (!(await writeApart(trx, deps, ctx, both, reason))) return;
    await recordEvent(trx, deps, ctx, {
      type: 'patient.kept_apart',
      subjects: [
        ['patient', patientId],
        ['patient', otherId],
      ],
    });
    await closeWhenDecided(trx, deps, ctx, both);
    for (const id of both) await releaseHeld(trx, deps, id);
  });
}

/**
 * Takes back that two records are of two people, so that they are shown as alike and may be merged.
 * @throws Problem `not-found` when that was never said
 */
export async function alikeAgain(
  deps: Deps,
  ctx: Context,
  patientId: string,
  otherId: string,
): Promise<void> {
  await command(deps, ctx, async (trx) => {
    const { rows } = await sql`/* patient.alike-again */
      delete from patient_kept_apart
      where one = least(${patientId}::uuid, ${otherId}::uuid) and other = greatest(${patientId}::uuid, ${otherId}::uuid) returning 1`.execute(
      trx,
    );
    if (!rows.length) throw new Problem('not-found');
    await recordEvent(trx, deps, ctx, {
      type: 'patient.alike_again',
      subjects: [
        ['patient', patientId],
        ['patient', otherId],
      ],
    });
  });
}

/** Whether it is news. */
async function writeApart(
  trx: Trx,
  deps: Deps,
  { actor }: Context,
  [one, other]: [string, string],
  reason: string | null,
): Promise<boolean> {
  const { rows } = await sql`/* patient.keep-apart */
    insert into patient_kept_apart (one, other, reason, by_name, at)
    values (least(${one}::uuid, ${other}::uuid), greatest(${one}::uuid, ${other}::uuid), ${reason}, ${actor.name}, ${timestamp(deps.clock)})
    on conflict do nothing returning 1`.execute(trx);
  return rows.length > 0;
}

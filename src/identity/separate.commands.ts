import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import Type from 'typebox';
import { releaseHeld } from '../messages/release.commands.ts';
import { closeWhenDecided } from '../people/identity.commands.ts';
import { keepHistory } from '../people/patient.commands.ts';
import { getPatient } from '../people/patient.queries.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { fieldsOf, lockBoth } from './merge.commands.ts';
import { movedTables } from './merge.rules.ts';
import { Merged } from './merge.schemas.ts';
import { writeMerged } from './merge-write.commands.ts';

const Merge = {
  staysId: col.text,
  goesId: col.text,
  moved: Type.Record(Type.String(), Type.Array(Type.String())),
  before: col.object(Merged),
  after: col.object(Merged),
  partedAt: col.orNull(col.text),
};
type Merge = RowOf<typeof Merge>;

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
  return command(deps, ctx, async (work) => {
    const { staysId, goesId } = await readMerge(work.trx, patientId, mergeId);
    await lockBoth(work.trx, [staysId, goesId]);
    const { moved, before, after, partedAt } = await readMerge(work.trx, patientId, mergeId);
    if (partedAt) throw new Problem('merge-refused', { detail: 'They were parted already.' });
    const { at } = work;
    const stays = await getPatient(work.trx, staysId);
    await run(
      work.trx,
      'separate.part-patients',
      work.trx.updateTable('patient').set({ merged_into: null, changed_at: at }).where('id', '=', goesId),
    );
    for (const table of movedTables)
      await run(work.trx, 'separate.part-patients.2')`update ${sql.table(table)} set patient_id = ${goesId}
        where id = any(${moved[table] ?? []}::uuid[]) and patient_id = ${staysId}`;
    await run(work.trx, 'part.tasks')`
      update task t set patient_id = ${goesId}, subject_id = case when subject_id = ${staysId} then ${goesId}::uuid else subject_id end
      where id = any(${moved.task ?? []}::uuid[]) and patient_id = ${staysId}
        and not exists (select from task o where o.kind = t.kind and o.subject_id = ${goesId} and o.status = 'open' and t.subject_id = ${staysId})`;
    await run(work.trx, 'part.reopened-tasks')`
      update task t set status = 'open', done_at = null where id = any(${moved.tasksOfBoth ?? []}::uuid[]) and status = 'done'
        and not exists (select from task o where o.kind = t.kind and o.subject_id = ${goesId} and o.status = 'open')`;
    await run(work.trx, 'part.replies')`
      update inbound_message set patient_ids = array_replace(patient_ids, ${staysId}::uuid, ${goesId}::uuid)
      where id = any(${moved.inbound_message ?? []}::uuid[])`;
    await run(work.trx, 'part.points')`
      delete from contact_point c where c.id = any(${moved.contactPoints ?? []}::uuid[]) and c.patient_id = ${staysId}
        and not exists (select from message m where m.contact_point_id = c.id)`;
    await writeMerged(work.trx, staysId, asBefore(fieldsOf(stays), before, after), at);
    await writeApart(work, [staysId, goesId], null);
    await run(
      work.trx,
      'separate.mark-parted',
      work.trx
        .updateTable('patient_merge')
        .set({ parted_by: ctx.actor.name, parted_at: at })
        .where('id', '=', mergeId),
    );
    const eventId = await recordEvent(work, {
      type: 'patient.parted',
      subjects: [
        ['patient', staysId],
        ['patient', goesId],
      ],
    });
    await keepHistory(work, staysId, eventId, fieldsOf(stays));
    return { id: goesId };
  });
}

async function readMerge(trx: Trx, patientId: string, id: string): Promise<Merge> {
  const row = await maybe(trx, 'merge.get', Merge)`
    select survivor_id as "staysId", merged_id as "goesId", moved, before, after, parted_at as "partedAt"
    from patient_merge where id = ${id} and survivor_id = ${patientId}`;
  if (!row) throw new Problem('not-found');
  return row;
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
  await command(deps, ctx, async (work) => {
    await lockBoth(work.trx, [patientId, otherId]);
    const both: [string, string] = [patientId, otherId];
    if (!(await writeApart(work, both, reason))) return;
    await recordEvent(work, {
      type: 'patient.kept_apart',
      subjects: [
        ['patient', patientId],
        ['patient', otherId],
      ],
    });
    await closeWhenDecided(work, both);
    for (const id of both) await releaseHeld(work, id);
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
  await command(deps, ctx, async (work) => {
    const known = await maybe(work.trx, 'patient.alike-again', {})`
      delete from patient_kept_apart
      where one = least(${patientId}::uuid, ${otherId}::uuid) and other = greatest(${patientId}::uuid, ${otherId}::uuid) returning 1`;
    if (!known) throw new Problem('not-found');
    await recordEvent(work, {
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
  work: Work,
  [one, other]: [string, string],
  reason: string | null,
): Promise<boolean> {
  const rows = await many(work.trx, 'patient.keep-apart', {})`
    insert into patient_kept_apart (one, other, reason, by_name, at)
    values (least(${one}::uuid, ${other}::uuid), greatest(${one}::uuid, ${other}::uuid), ${reason}, ${work.ctx.actor.name}, ${work.at})
    on conflict do nothing returning 1`;
  return rows.length > 0;
}

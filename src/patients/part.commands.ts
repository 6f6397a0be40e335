import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { fieldsOf, lockBoth } from './merge.commands.ts';
import type { Merged } from './merge.rules.ts';
import { writeMerged } from './merge-write.commands.ts';
import { keepHistory } from './patient.commands.ts';
import { getPatient } from './patient.queries.ts';

const movable = ['referral', 'loan', 'patient_plan', 'follow_up', 'incident', 'reminder', 'message'] as const;

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
    for (const table of movable)
      await sql`update ${sql.table(table)} set patient_id = ${goesId}
        where id = any(${moved[table] ?? []}::uuid[]) and patient_id = ${staysId}`.execute(trx);
    await sql`/* part.tasks */
      update task t set patient_id = ${goesId}, subject_id = case when subject_id = ${staysId} then ${goesId}::uuid else subject_id end
      where id = any(${moved.task ?? []}::uuid[]) and patient_id = ${staysId}
        and not exists (select from task o where o.kind = t.kind and o.subject_id = ${goesId} and o.status = 'open' and t.subject_id = ${staysId})`.execute(
      trx,
    );
    await sql`/* part.points */
      delete from contact_point c where c.id = any(${moved.contactPoints ?? []}::uuid[]) and c.patient_id = ${staysId}
        and not exists (select from message m where m.contact_point_id = c.id)`.execute(trx);
    await writeMerged(trx, staysId, asBefore(fieldsOf(stays), before, after), at);
    await sql`/* part.keep-apart */
      insert into patient_kept_apart (one, other, by_name, at)
      values (least(${staysId}::uuid, ${goesId}::uuid), greatest(${staysId}::uuid, ${goesId}::uuid), ${ctx.actor.name}, ${at}) on conflict do nothing`.execute(
      trx,
    );
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
      return was && isDeepStrictEqual(point, made) ? was : point;
    }),
  };
}

/**
 * Writes down that two records are two people, who are not offered as the same again. Said twice it is said once.
 * @throws Problem `not-found`
 */
export async function keepApart(deps: Deps, ctx: Context, patientId: string, otherId: string): Promise<void> {
  await command(deps, ctx, async (trx) => {
    await lockBoth(trx, [patientId, otherId]);
    const { rows } = await sql`/* patient.keep-apart */
      insert into patient_kept_apart (one, other, by_name, at)
      values (least(${patientId}::uuid, ${otherId}::uuid), greatest(${patientId}::uuid, ${otherId}::uuid), ${ctx.actor.name}, ${timestamp(deps.clock)})
      on conflict do nothing returning 1`.execute(trx);
    if (!rows.length) return;
    await recordEvent(trx, deps, ctx, {
      type: 'patient.kept_apart',
      subjects: [
        ['patient', patientId],
        ['patient', otherId],
      ],
    });
  });
}

import { sql } from 'kysely';
import { type Context, systemContext } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import { invalid, Problem } from '../shared/problem.ts';
import type { Report } from '../shared/progress.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { erase } from './erasure.commands.ts';
import { getBatch, timeOver, toPropose } from './retention.queries.ts';
import { mostPerBatch, mostWaiting, type RetentionClass, retentionClasses } from './retention.rules.ts';
import type { NewBatchDecision, RetentionBatch } from './retention.schemas.ts';

const classes = Object.keys(retentionClasses) as RetentionClass[];

/**
 * Proposes people whose time is over on a civil date, in batches that a manager decides about. Nobody is in
 * two batches that wait; run again it proposes nobody anew.
 * @returns how many people
 */
export async function proposeErasures(deps: Deps, date: string, report?: Report): Promise<number> {
  let proposed = 0;
  for (const who of classes) {
    let people: number;
    do {
      people = await proposeBatch(deps, date, who);
      proposed += people;
      if (people) await report?.(proposed);
    } while (people === mostPerBatch);
  }
  return proposed;
}

/** How many people `proposeErasures` would propose. */
export async function countToPropose(deps: Deps, date: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`/* retention.count */
    select coalesce(sum(least(n.people, ${mostPerBatch} * greatest(0, ${mostWaiting} - (
      select count(*) from retention_batch b where b.class = n.class and b.status = 'proposed')))), 0)::int as count
    from (select class, count(*) as people from (${toPropose(date)}) o group by class) n`.execute(deps.db);
  return rows[0]!.count;
}

async function proposeBatch(deps: Deps, date: string, who: RetentionClass): Promise<number> {
  const ctx = systemContext(newId());
  return command(deps, ctx, async (trx) => {
    // One night at a time, and none beside a change of the periods.
    await sql`/* retention.lock */ select from retention for update`.execute(trx);
    const id = newId();
    const { rows } = await sql`/* retention.propose */
      with found as materialized (
        select o.* from (${toPropose(date)}) o where o.class = ${who}
          and (select count(*) from retention_batch where class = ${who} and status = 'proposed') < ${mostWaiting}
        order by o.changed_at, o.id limit ${mostPerBatch}
      ), batch as (
        insert into retention_batch (id, class, months, proposed_at)
        select ${id}::uuid, ${who}, months, ${timestamp(deps.clock)}::timestamptz from found limit 1
      )
      insert into retention_member (batch_id, patient_id, last_on) select ${id}::uuid, id, last_on from found returning 1`.execute(
      trx,
    );
    if (!rows.length) return 0;
    await createTasks(trx, deps, ctx, [
      { kind: 'retention_due', subjectType: 'retention_batch', subjectId: id },
    ]);
    await recordEvent(trx, deps, ctx, {
      type: 'retention_batch.proposed',
      subjects: [['retention_batch', id]],
      values: { kind: who, count: rows.length },
    });
    return rows.length;
  });
}

/**
 * Decides about a batch: a worker erases the people in it but those who are kept, or all are kept. Whoever is
 * kept is proposed again in a year.
 * @throws Problem `not-found`, `invalid`, `conflict` when it was decided already
 */
export async function decideBatch(
  deps: Deps,
  ctx: Context,
  id: string,
  { decision, keep = [], reason }: NewBatchDecision,
): Promise<RetentionBatch> {
  if (!reason && (decision === 'keep' || keep.length))
    throw invalid({ pointer: '/reason', message: 'Say why they are kept. Name nobody.' });
  return command(deps, ctx, async (trx) => {
    const at = timestamp(deps.clock);
    await sql`/* retention-batch.lock */ select from retention_batch where id = ${id} for update`.execute(
      trx,
    );
    const batch = await getBatch(trx, id);
    if (batch.status !== 'proposed')
      throw new Problem('conflict', { detail: `${batch.decidedByName} decided about these people already.` });
    const all = batch.members.map(({ patientId }) => patientId);
    const kept = decision === 'keep' ? all : keep;
    if (kept.some((one) => !all.includes(one)))
      throw invalid({ pointer: '/keep', message: 'Keep people who are in this batch.' });
    if (decision === 'erase' && kept.length === all.length)
      throw invalid({ pointer: '/decision', message: 'You keep all of them: choose to keep them all.' });
    await sql`/* retention-batch.decide */
      with m as (update retention_member set outcome = 'kept', decided_at = ${at} where batch_id = ${id} and patient_id = any(${kept}::uuid[]))
      update retention_batch set status = ${decision === 'keep' ? 'kept' : 'erasing'}, decided_by = ${ctx.actor.id}, decided_by_name = ${ctx.actor.name},
        decided_at = ${at}, reason = ${reason ?? null}, finished_at = case when ${decision} = 'keep' then ${at}::timestamptz end where id = ${id}`.execute(
      trx,
    );
    await completeTasksAbout(trx, deps, ctx, ['retention_due'], [id]);
    await recordEvent(trx, deps, ctx, {
      type: decision === 'keep' ? 'retention_batch.refused' : 'retention_batch.approved',
      subjects: [['retention_batch', id]],
      values: { kind: batch.class, count: decision === 'keep' ? all.length : all.length - kept.length },
    });
    return getBatch(trx, id);
  });
}

/**
 * The work of `retention_batch.approved`: erases each person in a transaction of its own, so that a worker that
 * dies leaves the rest to the next. About whom something is new by then, or held, stays.
 */
export async function eraseBatch(trx: Trx, deps: Deps, event: OutboxEvent): Promise<void> {
  const { id } = event.subjects[0]!;
  const { rows } = await sql<{
    byId: string;
    byName: string;
    undecided: string[];
  }>`/* retention-batch.to-erase */
    select b.decided_by as "byId", b.decided_by_name as "byName",
      array(select patient_id from retention_member where batch_id = b.id and outcome is null order by patient_id) as undecided
    from retention_batch b where b.id = ${id}`.execute(trx);
  const { byId, byName, undecided } = rows[0]!;
  const ctx: Context = {
    actor: { type: 'staff', id: byId, name: byName, role: 'manager' },
    requestId: event.id,
  };
  for (const patientId of undecided) await eraseMember(deps, ctx, id, patientId);
  await sql`/* retention-batch.done */
    update retention_batch set status = 'done', finished_at = ${timestamp(deps.clock)} where id = ${id} and status = 'erasing'`.execute(
    trx,
  );
}

async function eraseMember(deps: Deps, ctx: Context, batchId: string, patientId: string): Promise<void> {
  await command(deps, ctx, async (trx) => {
    const askedOn = today(deps.clock);
    await sql`/* retention.lock-person */ select from patient where id = ${patientId} for update`.execute(
      trx,
    );
    const { rows } = await sql`/* retention.still-over */
      ${timeOver(askedOn, sql`p.id = ${patientId}`)}`.execute(trx);
    if (rows.length)
      await erase(trx, deps, ctx, patientId, {
        askedBy: 'retention',
        askedOn,
        reason: 'Their time was over.',
      });
    await sql`/* retention.erased */
      update retention_member set outcome = ${rows.length ? 'erased' : 'no_longer_due'}, decided_at = ${timestamp(deps.clock)}
      where batch_id = ${batchId} and patient_id = ${patientId} and outcome is null`.execute(trx);
  });
}

import { sql } from 'kysely';
import { byTwo } from '../access/second-person.commands.ts';
import { type Context, systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import type { OutboxEvent } from '../shared/outbox.ts';
import { invalid, Problem } from '../shared/problem.ts';
import type { Report } from '../shared/progress.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';
import { erase, wantTwo } from './erasure.commands.ts';
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
  const row = await one(deps.db, 'retention.count', { count: col.number })`
    select coalesce(sum(least(n.people, ${mostPerBatch} * greatest(0, ${mostWaiting} - (
      select count(*) from retention_batch b where b.class = n.class and b.status = 'proposed')))), 0)::int as count
    from (select class, count(*) as people from (${toPropose(date)}) o group by class) n`;
  return row.count;
}

async function proposeBatch(deps: Deps, date: string, who: RetentionClass): Promise<number> {
  const ctx = systemContext(newId());
  return command(deps, ctx, async (work) => {
    // One night at a time, and none beside a change of the periods.
    await run(work.trx, 'retention-batch.lock-periods', work.trx.selectFrom('retention').forUpdate());
    const id = newId();
    const rows = await many(work.trx, 'retention.propose', {})`
      with found as materialized (
        select o.* from (${toPropose(date)}) o where o.class = ${who}
          and (select count(*) from retention_batch where class = ${who} and status = 'proposed') < ${mostWaiting}
        order by o.changed_at, o.id limit ${mostPerBatch}
      ), batch as (
        insert into retention_batch (id, class, months, proposed_at)
        select ${id}::uuid, ${who}, months, ${work.at}::timestamptz from found limit 1
      )
      insert into retention_member (batch_id, patient_id, last_on) select ${id}::uuid, id, last_on from found returning 1`;
    if (!rows.length) return 0;
    await createTasks(work, [{ kind: 'retention_due', subjectType: 'retention_batch', subjectId: id }]);
    await recordEvent(work, {
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
 * @throws Problem `not-found`, `invalid`, `conflict` when it was decided already, `second-person-required`
 */
export async function decideBatch(
  deps: Deps,
  ctx: Context,
  id: string,
  { decision, keep = [], reason }: NewBatchDecision,
): Promise<RetentionBatch> {
  if (!reason && (decision === 'keep' || keep.length))
    throw invalid({ pointer: '/reason', message: 'Say why they are kept. Name nobody.' });
  return byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      const { at } = work;
      await run(
        work.trx,
        'retention-batch.lock',
        work.trx.selectFrom('retention_batch').where('id', '=', id).forUpdate(),
      );
      const batch = await getBatch(work.trx, id);
      if (batch.status !== 'proposed')
        throw new Problem('conflict', {
          detail: `${batch.decidedByName} decided about these people already.`,
        });
      const all = batch.members.map(({ patientId }) => patientId);
      const kept = decision === 'keep' ? all : keep;
      if (kept.some((one) => !all.includes(one)))
        throw invalid({ pointer: '/keep', message: 'Keep people who are in this batch.' });
      if (decision === 'erase' && kept.length === all.length)
        throw invalid({ pointer: '/decision', message: 'You keep all of them: choose to keep them all.' });
      if (decision === 'erase') await wantTwo(work, id, 'batch');
      await run(work.trx, 'retention-batch.decide')`
      with m as (update retention_member set outcome = 'kept', decided_at = ${at} where batch_id = ${id} and patient_id = any(${kept}::uuid[]))
      update retention_batch set status = ${decision === 'keep' ? 'kept' : 'erasing'}, decided_by = ${ctx.actor.id}, decided_by_name = ${ctx.actor.name},
        decided_at = ${at}, reason = ${reason ?? null}, finished_at = case when ${decision} = 'keep' then ${at}::timestamptz end where id = ${id}`;
      await completeTasksAbout(work, ['retention_due'], [id]);
      await recordEvent(work, {
        type: decision === 'keep' ? 'retention_batch.refused' : 'retention_batch.approved',
        subjects: [['retention_batch', id]],
        values: { kind: batch.class, count: decision === 'keep' ? all.length : all.length - kept.length },
      });
      return getBatch(work.trx, id);
    }),
  );
}

/**
 * The work of `retention_batch.approved`: erases each person in a transaction of its own, so that a worker that
 * dies leaves the rest to the next. About whom something is new by then, or held, stays.
 */
export async function eraseBatch(work: Work, event: OutboxEvent): Promise<void> {
  const { id } = event.subjects[0]!;
  const { byId, byName, undecided } = await one(work.trx, 'retention-batch.to-erase', {
    byId: col.text,
    byName: col.text,
    undecided: col.listOf(col.text),
  })`
    select b.decided_by as "byId", b.decided_by_name as "byName",
      array(select patient_id from retention_member where batch_id = b.id and outcome is null order by patient_id) as undecided
    from retention_batch b where b.id = ${id}`;
  const ctx: Context = {
    actor: { type: 'staff', id: byId, name: byName, role: 'manager' },
    requestId: event.id,
  };
  for (const patientId of undecided) await eraseMember(work.deps, ctx, id, patientId);
  await run(work.trx, 'retention-batch.done')`
    update retention_batch set status = 'done', finished_at = ${work.at} where id = ${id} and status = 'erasing'`;
}

async function eraseMember(deps: Deps, ctx: Context, batchId: string, patientId: string): Promise<void> {
  await command(deps, ctx, async (work) => {
    const askedOn = work.today;
    await run(
      work.trx,
      'retention.lock-person',
      work.trx.selectFrom('patient').where('id', '=', patientId).forUpdate(),
    );
    const found = await maybe(work.trx, 'retention.still-over', {})`
      ${timeOver(askedOn, sql`p.id = ${patientId}`)}`;
    if (found)
      await erase(work, patientId, {
        askedBy: 'retention',
        askedOn,
        reason: 'Their time was over.',
      });
    await run(
      work.trx,
      'retention.erased',
      work.trx
        .updateTable('retention_member')
        .set({ outcome: found ? 'erased' : 'no_longer_due', decided_at: work.at })
        .where('batch_id', '=', batchId)
        .where('patient_id', '=', patientId)
        .where('outcome', 'is', null),
    );
  });
}

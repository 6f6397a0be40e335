import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { itemWasLent } from '../../lending/loans/loan.states.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, maybe, run } from '../../shared/statements.ts';
import { assertTakesBack, type TakingBack } from '../../shared/taking-back.ts';
import type { Work } from '../../shared/work.ts';
import { reopenTasksAbout } from '../../tasks/reopening.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockDevice, settleReadiness } from './check.commands.ts';
import { actionToTakeBack, heldRefusal, whyCheckStays } from './check-back.rules.ts';
import type { CheckTakenBack } from './check-back.schemas.ts';
import { checkKinds } from './device.rules.ts';
import { isOnShelf } from './device.states.ts';
import { keepOwnAnswers } from './updates.commands.ts';
import { openChecks } from './updates.queries.ts';
import { settleEndings } from './updates-ending.commands.ts';

/**
 * Takes back a check that was recorded by mistake: it stays in the history and counts for nothing, and the device goes
 * where its other checks say. What a stocktake had missed and the check alone had shown to be here is missed again.
 * Taken back already is harmless.
 * @throws Problem `not-found`; `not-allowed` where the table says so; `taking-back-refused` once the device went out with
 * it, while it is held and would no longer be fit, or while it is elsewhere
 */
export async function takeBackCheck(
  deps: Deps,
  ctx: Context,
  checkId: string,
  { reason }: TakingBack,
): Promise<CheckTakenBack> {
  return command(deps, ctx, async (work) => {
    const { trx, at } = work;
    const device = await lockDevice(trx, await deviceOf(trx, checkId));
    const check = await readCheck(work, checkId);
    const { kind, result } = check;
    const given = (state: { status: typeof device.status; openChecks: typeof check.openBefore }) => ({
      id: checkId,
      kind,
      result,
      assetTag: device.assetTag,
      device: { id: device.id, ...state },
    });
    if (check.takenBack) return given({ status: device.status, openChecks: check.openBefore });
    if (!may(ctx.actor, actionToTakeBack(result, check)))
      throw new Problem('not-allowed', {
        detail: 'A manager takes back a check that failed on an earlier day.',
      });
    const isOfThisCycle = check.cycle === device.cycle;
    assertTakesBack(whyCheckStays(device, { isOfThisCycle, wentOutOn: check.wentOutOn }));
    await run(
      trx,
      'check.take-back',
      trx
        .updateTable('preparation_check')
        .set({ taken_back_at: at, taken_back_by: ctx.actor.name, taken_back_reason: reason })
        .where('id', '=', checkId),
    );
    if (kind === 'updates') {
      await keepOwnAnswers(trx, [device.id]);
      await settleEndings(work, sql`d.id = ${device.id}`);
    }
    const [settled] =
      isOfThisCycle || kind === 'updates'
        ? await settleReadiness(trx, [device.id], at, [
            'a failed check taken back',
            'a passed check taken back',
          ])
        : [];
    const { status, openChecks } = settled ?? { status: device.status, openChecks: check.openBefore };
    assertTakesBack(
      status === 'reserved' && openChecks.length > check.openBefore.length ? heldRefusal : undefined,
    );
    await recordEvent(work, {
      type: 'device.check_taken_back',
      subjects: [['device', device.id]],
      values: {
        kind,
        result,
        performedOn: check.performedOn,
        cycle: check.cycle,
        from: device.status,
        to: status,
      },
      fields: ['reason'],
    });
    if (settled) await settleTasks(work, settled, check.recordedAt);
    if (check.missedBefore) await missAgain(work, device.id, { ...check, missedBefore: check.missedBefore });
    return given({ status, openChecks });
  });
}

async function deviceOf(trx: Trx, checkId: string): Promise<string> {
  const row = await maybe(
    trx,
    'check.device',
    trx.selectFrom('preparation_check').select('device_id as deviceId').where('id', '=', checkId),
  );
  if (!row) throw new Problem('not-found');
  return row.deviceId;
}

const Check = {
  kind: col.oneOf(checkKinds),
  result: col.oneOf(['pass', 'fail']),
  cycle: col.number,
  performedOn: col.text,
  recordedAt: col.text,
  isToday: col.boolean,
  takenBack: col.boolean,
  missedBefore: col.orNull(col.text),
  wentOutOn: col.orNull(col.text),
  openBefore: col.listOf(col.oneOf(checkKinds)),
};
type Check = RowOf<typeof Check>;

/** The check of a locked device. A device went out with it where it was lent before a check of a later preparation. */
async function readCheck({ trx, today }: Work, id: string): Promise<Check> {
  const row = await maybe(trx, 'check.to-take-back', Check)`
    select c.kind, c.result, c.cycle, c.performed_on as "performedOn", c.recorded_at as "recordedAt",
      (c.recorded_at at time zone 'Europe/London')::date = ${today}::date as "isToday", c.taken_back_at is not null as "takenBack",
      c.missed_before as "missedBefore", ${openChecks('d', today)} as "openBefore",
      (select l.reference from loan_item i join loan l on l.id = i.loan_id
        where i.device_id = c.device_id and i.id > c.id and ${itemWasLent('i')} and not exists (
          select from preparation_check n where n.device_id = c.device_id and n.cycle > c.cycle and n.id < i.id)
        order by i.id limit 1) as "wentOutOn"
    from preparation_check c join device d on d.id = c.device_id where c.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** What the check had closed by itself is asked again, and what it had left to do is done. */
async function settleTasks(
  work: Work,
  { id, openChecks }: { id: string; openChecks: unknown[] },
  since: string,
): Promise<void> {
  if (openChecks.length) await reopenTasksAbout(work, ['preparation_late'], { subjectId: id, since });
  else await completeTasksAbout(work, ['check_ran_out', 'preparation_late'], [id]);
}

/** Marks a device as missed again, unless something else than the check showed that it is here. */
async function missAgain(
  work: Work,
  id: string,
  { missedBefore, recordedAt }: { missedBefore: string; recordedAt: string },
): Promise<void> {
  const missed = await many(work.trx, 'device.miss-again', { id: col.text })`
    update device d set missed_on = ${missedBefore}::date
    where d.id = ${id} and d.missed_on is null and ${isOnShelf('d')}
      and not exists (select from preparation_check c
        where c.device_id = d.id and c.taken_back_at is null and c.recorded_at >= ${recordedAt} and c.performed_on >= ${missedBefore}::date)
      and not exists (select from stocktake_line s where s.device_id = d.id and s.scanned_at > ${recordedAt})
    returning d.id`;
  if (missed.length)
    await reopenTasksAbout(work, ['missing_at_stocktake'], { subjectId: id, since: recordedAt });
}

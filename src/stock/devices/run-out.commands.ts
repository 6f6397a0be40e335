import { sql } from 'kysely';
import { systemContext } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { createTasks } from '../../tasks/task.commands.ts';
import { checksTurn } from './check.commands.ts';
import type { CheckKind, DeviceStatus } from './device.rules.ts';

const batchSize = 500;

/** How many passes have run out by a civil date and are not yet marked so. */
export async function countChecksRunOut(deps: Deps, date: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from preparation_check where next_due <= ${date} and expired_at is null`.execute(deps.db);
  return rows[0]!.count;
}

/**
 * Marks the passes that have run out by a civil date, in batches of 500 devices, each a transaction of
 * its own. A ready device with one goes back to preparation; a reserved one stays held, cannot go out,
 * and gets a task; of any other only the mark and the event remain. Repeated, it finds nothing to do.
 * @returns how many passes
 */
export async function expireChecks(deps: Deps, date: string): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await expireBatch(deps, date);
    if (count === null) return total;
    total += count;
  }
}

/** @returns how many passes it marked; null when none is left */
async function expireBatch(deps: Deps, date: string): Promise<number | null> {
  const ctx = systemContext(newId());
  return command(deps, ctx, async (trx) => {
    const ids = await lockNext(trx, date);
    if (!ids.length) return null;
    const at = timestamp(deps.clock);
    const expired = await markExpired(trx, ids, date, at);
    const moved = new Map((await sendBack(trx, ids, at)).map((device) => [device.id, device]));
    const counted = expired.flatMap((check) => {
      const device = moved.get(check.deviceId)!;
      return check.isLatest && check.cycle === device.cycle ? [{ ...check, device }] : [];
    });
    const held = counted.filter(({ device }) => device.to === 'reserved' && device.openChecks.length);
    await recordEvents(
      trx,
      deps,
      ctx,
      counted.map(({ kind, nextDue, device }) => ({
        type: 'device.check_ran_out',
        subjects: [['device', device.id]],
        values: { kind, nextDue, cycle: device.cycle, from: device.from, to: device.to },
      })),
    );
    await createTasks(
      trx,
      deps,
      ctx,
      held.map(({ device }) => ({ kind: 'check_ran_out', subjectType: 'device', subjectId: device.id })),
    );
    return expired.length;
  });
}

/** Locks the devices of the passes that ran out longest ago. */
async function lockNext(trx: Trx, date: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`/* check.next-run-out */
    select id from device where id in (
      select device_id from preparation_check where next_due <= ${date}::date and expired_at is null
      order by next_due limit ${batchSize}) and ${checksTurn}
    order by id for no key update`.execute(trx);
  return rows.map(({ id }) => id);
}

type Expired = { deviceId: string; cycle: number; kind: CheckKind; nextDue: string; isLatest: boolean };

async function markExpired(trx: Trx, ids: string[], date: string, at: string): Promise<Expired[]> {
  const { rows } = await sql<Expired>`/* check.run-out */
    update preparation_check c set expired_at = ${at}::timestamptz
    where device_id = any(${ids}::uuid[]) and next_due <= ${date}::date and expired_at is null
    returning device_id as "deviceId", cycle, kind, next_due as "nextDue", not exists (
      select from preparation_check n
      where n.device_id = c.device_id and n.cycle = c.cycle and n.kind = c.kind and n.id > c.id) as "isLatest"`.execute(
    trx,
  );
  return rows;
}

type Device = { id: string; cycle: number; from: DeviceStatus; to: DeviceStatus; openChecks: CheckKind[] };

/** Sends the ready ones of locked devices with an open check back; how each stands. */
async function sendBack(trx: Trx, ids: string[], at: string): Promise<Device[]> {
  const { rows } = await sql<Device>`/* check.send-back */
    with d as materialized (
      select id, cycle, status, open_checks(id, kind, cycle) as open from device where id = any(${ids}::uuid[])
    ), m as (
      update device set status = 'in_preparation', changed_at = ${at}::timestamptz
      where id in (select id from d where status = 'ready' and cardinality(open) > 0) returning id, status
    )
    select d.id, d.cycle, d.status as "from", coalesce(m.status, d.status) as "to", d.open as "openChecks"
    from d left join m on m.id = d.id`.execute(trx);
  return rows;
}

import { sql } from 'kysely';
import { systemContext } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many } from '../../shared/statements.ts';
import { createTasks } from '../../tasks/task.commands.ts';
import { checksTurn } from './check.queries.ts';
import { checkKinds, deviceStatuses } from './device.rules.ts';
import { deviceMove } from './status.commands.ts';
import { openChecks } from './updates.queries.ts';

const batchSize = 500;

/** How many passes have run out by a civil date and are not yet marked so. */
export async function countChecksRunOut(deps: Deps, date: string): Promise<number> {
  return countOf(
    deps.db,
    each('run-out.count-checks'),
  )`from preparation_check where next_due <= ${date} and expired_at is null and taken_back_at is null`;
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
  return command(deps, ctx, async (work) => {
    const ids = await lockNext(work.trx, date);
    if (!ids.length) return null;
    const { at } = work;
    const expired = await markExpired(work.trx, ids, date, at);
    const moved = new Map((await sendBack(work.trx, ids, date, at)).map((device) => [device.id, device]));
    const counted = expired.flatMap((check) => {
      const device = moved.get(check.deviceId)!;
      return check.isLatest && check.cycle === device.cycle ? [{ ...check, device }] : [];
    });
    const held = counted.filter(({ device }) => device.to === 'reserved' && device.openChecks.length);
    await recordEvents(
      work,
      counted.map(({ kind, nextDue, device }) => ({
        type: 'device.check_ran_out',
        subjects: [['device', device.id]],
        values: { kind, nextDue, cycle: device.cycle, from: device.from, to: device.to },
      })),
    );
    await createTasks(
      work,
      held.map(({ device }) => ({ kind: 'check_ran_out', subjectType: 'device', subjectId: device.id })),
    );
    return expired.length;
  });
}

/** Locks the devices of the passes that ran out longest ago. */
async function lockNext(trx: Trx, date: string): Promise<string[]> {
  const rows = await many(trx, 'check.next-run-out', { id: col.text })`
    select id from device where id in (
      select device_id from preparation_check where next_due <= ${date}::date and expired_at is null and taken_back_at is null
      order by next_due limit ${batchSize}) and ${checksTurn}
    order by id for no key update`;
  return rows.map(({ id }) => id);
}

const Expired = {
  deviceId: col.text,
  cycle: col.number,
  kind: col.oneOf(checkKinds),
  nextDue: col.text,
  isLatest: col.boolean,
};
type Expired = RowOf<typeof Expired>;

async function markExpired(trx: Trx, ids: string[], date: string, at: string): Promise<Expired[]> {
  return many(trx, 'check.run-out', Expired)`
    update preparation_check c set expired_at = ${at}::timestamptz
    where device_id = any(${ids}::uuid[]) and next_due <= ${date}::date and expired_at is null and taken_back_at is null
    returning device_id as "deviceId", cycle, kind, next_due as "nextDue", not exists (
      select from preparation_check n
      where n.device_id = c.device_id and n.cycle = c.cycle and n.kind = c.kind and n.id > c.id and n.taken_back_at is null) as "isLatest"`;
}

const Device = {
  id: col.text,
  cycle: col.number,
  from: col.oneOf(deviceStatuses),
  to: col.oneOf(deviceStatuses),
  openChecks: col.listOf(col.oneOf(checkKinds)),
};
type Device = RowOf<typeof Device>;

/** Sends the ready ones of locked devices with an open check back; how each stands. */
async function sendBack(trx: Trx, ids: string[], date: string, at: string): Promise<Device[]> {
  return many(trx, 'check.send-back', Device)`
    with o as materialized (
      select d.id, d.cycle, d.status, ${openChecks('d', date)} as open from device d where d.id = any(${ids}::uuid[])
    ), m as (
      ${deviceMove('a check failed, run out or newly required', {
        which: sql`d.id in (select id from o where cardinality(open) > 0)`,
        at,
      })} returning d.id, d.status
    )
    select o.id, o.cycle, o.status as "from", coalesce(m.status, o.status) as "to", o.open as "openChecks"
    from o left join m on m.id = o.id`;
}

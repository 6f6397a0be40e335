import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../shared/database.ts';
import { recordEvents, type SubjectType } from '../../shared/events.ts';
import { col } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { checksTurn } from './check.queries.ts';
import { checkKinds, deviceStatuses } from './device.rules.ts';
import { deviceMove } from './status.commands.ts';
import { openChecks } from './updates.queries.ts';

/**
 * Keeps with locked devices what their last check of updates said: the version that was read, and the end that goes
 * before what is known of the model. A pass without a day leaves the day that was read last; a fail without one ends them on its day.
 */
export async function keepOwnAnswers(trx: Trx, ids: string[]): Promise<void> {
  await run(trx, 'device.keep-own-updates')`
    update device d set system_version = coalesce(c.version, d.system_version), own_updates_end_on = c.end_on
    from unnest(${ids}::uuid[]) x (id) left join lateral (
      select c.evidence ->> 'systemVersion' as version,
        coalesce((c.evidence ->> 'updatesEndOn')::date, case c.result when 'fail' then c.performed_on end, (
          select (r.evidence ->> 'updatesEndOn')::date from preparation_check r
          where r.device_id = x.id and r.kind = 'updates' and r.taken_back_at is null and r.evidence ->> 'updatesEndOn' is not null order by r.id desc limit 1)) as end_on
      from preparation_check c where c.device_id = x.id and c.kind = 'updates' and c.taken_back_at is null
      order by c.id desc limit 1) c on true
    where d.id = x.id`;
}

const Settled = {
  id: col.text,
  from: col.oneOf(deviceStatuses),
  to: col.oneOf(deviceStatuses),
  endOn: col.orNull(col.text),
  openChecks: col.listOf(col.oneOf(checkKinds)),
};

/**
 * Moves devices `d` to where their security updates let them be, as known now: a ready one whose updates end too early
 * goes back to preparation, one that only waited for that becomes ready. A held one stays: its issue asks by the day of
 * its loan. The same few statements however many; one event for each that moved.
 * @param which a condition that names them
 * @returns how many moved
 */
export async function settleUpdates(work: Work, which: RawBuilder<unknown>): Promise<number> {
  const moved = await many(work.trx, 'device.settle-updates', Settled)`
    with c as materialized (
      select d.id, d.status, d.updates_end_on, o.open, case d.status when 'ready' then 'in_preparation' else 'ready' end as "to"
      from device d cross join lateral (select ${openChecks('d', work.today)} as open offset 0) o
      where ${which} and d.status in ('ready', 'in_preparation') and (cardinality(o.open) = 0) = (d.status = 'in_preparation')
        and (d.status = 'in_preparation' or o.open = '{updates}') and ${checksTurn}
      order by d.id for no key update of d
    )
    ${deviceMove(['the last required check passing', 'a check failed, run out or newly required'], {
      from: sql`c`,
      which: sql`d.id = c.id`,
      to: sql`c."to"`,
      at: work.at,
    })} returning d.id, c.status as "from", d.status as "to", c.updates_end_on as "endOn", c.open as "openChecks"`;
  await recordEvents(
    work,
    moved.map(({ id, from, to, endOn }) => ({
      type: to === 'ready' ? ('device.updates_enough' as const) : ('device.updates_short' as const),
      subjects: [['device', id] as [SubjectType, string]],
      values: { from, to, endOn },
    })),
  );
  await completeTasksAbout(
    work,
    ['preparation_late'],
    moved.flatMap(({ id, to }) => (to === 'ready' ? id : [])),
  );
  return moved.length;
}

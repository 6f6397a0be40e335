import { sql } from 'kysely';
import type { EventValues } from '../../events.ts';
import { type Context, systemContext } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents, type SubjectType } from '../../shared/events.ts';
import { type Follower, idsOf } from '../../shared/follow-on.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many, one } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { settleReadiness } from '../../stock/devices/check.commands.ts';
import { checksTurn } from '../../stock/devices/check.queries.ts';
import { deviceStatuses } from '../../stock/devices/device.rules.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { holdersOf, openNeeds } from './allocation.queries.ts';
import { meetsOf, type StockNeed, stockNeeds } from './allocation.rules.ts';
import type { NewRelease, Released } from './allocation.schemas.ts';

/**
 * Lets a held device go: it is ready again, for anyone.
 * @throws Problem `not-found`, `allocation-ended` (with how it ended, and the loan when it was issued)
 */
export async function releaseAllocation(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason }: NewRelease,
): Promise<Released> {
  return command(deps, ctx, async (work) => {
    const [held] = await lockAllocations(work.trx, sql`a.id = ${id}`);
    if (!held) throw new Problem('not-found');
    const [ended] = await endHeld(work, [id], 'released', reason);
    if (!ended) throw await hasEnded(work.trx, id, held.deviceId);
    await record(work, [ended], 'allocation.released', ['endedReason']);
    const { deviceId, assetTag, deviceStatus } = ended;
    return { id, status: 'released', device: { id: deviceId, assetTag, status: deviceStatus } };
  });
}

const LockedAllocation = {
  id: col.text,
  deviceId: col.text,
  kind: col.keyOf(kindsOfDevice),
  hasDataPlan: col.boolean,
};
type LockedAllocation = RowOf<typeof LockedAllocation>;

/** Why what is held for a referral goes back, by what happened to it. */
const reasons = {
  'referral.closed': 'The referral is closed.',
  'referral.withdrawn': 'The referral was withdrawn.',
};

/** Releases what is held for referrals that have ended. */
export const releaseWhatWasHeld: Follower = async (work, events) => {
  for (const [type, reason] of Object.entries(reasons)) {
    const ended = events.filter((event) => event.type === type);
    await releaseAllocationsOf(work, idsOf(ended, 'referral'), reason);
  }
};

/** Releases what is held for a need that was dropped, or met in another way: what meets another open need stays held. */
export const releaseWhatIsNotNeeded: Follower = async (work, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const isSettled = 'kind' in event.values && ['drop', 'meet'].includes(String(event.values.kind));
    if (!isSettled || !referralId) continue;
    const row = await one(work.trx, 'allocation.open-needs', { open: col.listOf(col.oneOf(stockNeeds)) })`
      select ${openNeeds} as open from referral r where r.id = ${referralId}`;
    await releaseAllocationsOf(work, [referralId], 'It is no longer needed.', row.open);
  }
};

/**
 * Releases what is held for a need that was never asked for, where the correction says so.
 * @throws Problem `need-change-refused` where it does not, and something is held for it
 */
export const releaseWhatWasNeverNeeded: Follower = async (work, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const { removed, releases } = event.values as EventValues['referral.corrected'];
    if (!removed?.length || !referralId) continue;
    const row = await one(work.trx, 'allocation.still-needed', {
      open: col.listOf(col.oneOf(stockNeeds)),
      held: col.listOf(col.object({ ...col.omit(LockedAllocation, 'deviceId'), assetTag: col.text })),
    })`
      select ${openNeeds} as open, coalesce((
        select json_agg(json_build_object('id', a.id, 'kind', v.kind, 'assetTag', v.asset_tag,
          'hasDataPlan', exists (select from data_plan s where s.device_id = v.id and ${isInUse('s')})) order by a.id)
        from allocation a join device v on v.id = a.device_id where a.referral_id = r.id and a.status = 'held'), '[]') as held
      from referral r where r.id = ${referralId}`;
    const idle = row.held.filter((device) => !meetsOf(device, row.open).length);
    if (idle.length && !releases)
      throw new Problem('need-change-refused', {
        detail: `${idle.map(({ assetTag }) => assetTag).join(', ')} ${idle.length === 1 ? 'is' : 'are'} held for it. Say that it may go, or release it first.`,
      });
    await releaseAllocationsOf(work, [referralId], 'It was never asked for.', row.open);
  }
};

/**
 * Releases what is held for referrals that end or no longer need it, in the transaction of the command
 * that ends or changes them and has locked them. Nothing happens where nothing is held.
 * @param reason why, in words that name nobody
 * @param stillNeeded needs that are open yet: a device that meets one of them stays held
 */
async function releaseAllocationsOf(
  work: Work,
  referralIds: string[],
  reason: string,
  stillNeeded: StockNeed[] = [],
): Promise<void> {
  if (!referralIds.length) return;
  const held = await lockAllocations(
    work.trx,
    sql`a.referral_id = any(${referralIds}::uuid[]) and a.status = 'held'`,
  );
  const ids = held.filter((device) => !meetsOf(device, stillNeeded).length).map(({ id }) => id);
  if (!ids.length) return;
  await record(work, await endHeld(work, ids, 'released', reason), 'allocation.released');
}

/** Few enough to hold no lock for long. */
const batchSize = 500;
const due = (date: string) => sql`a.status = 'held' and a.expires_on < ${date}::date`;

/**
 * Ends the allocations whose last day is before a civil date: each device is ready again, and a task asks
 * what the referral is to get. What has ended already stays as it is, so it may run any number of times.
 * @returns how many it ended
 */
export async function expireAllocations(deps: Deps, date: string): Promise<number> {
  let expired = 0;
  for (let size = batchSize; size === batchSize; ) {
    const ctx = systemContext(newId());
    const batch = await command(deps, ctx, async (work) => {
      const held = await lockAllocations(
        work.trx,
        sql`a.id in (select a.id from allocation a where ${due(date)} order by a.expires_on, a.id limit ${batchSize})`,
      );
      const ended = await endHeld(
        work,
        held.map(({ id }) => id),
        'expired',
        null,
      );
      await record(work, ended, 'allocation.expired');
      await createTasks(
        work,
        ended.map(({ referralId, patientId }) => ({
          kind: 'allocation_expired',
          subjectType: 'referral',
          subjectId: referralId,
          patientId,
        })),
      );
      return { size: held.length, expired: ended.length };
    });
    expired += batch.expired;
    size = batch.size;
  }
  return expired;
}

/** How many `expireAllocations` would end. */
export async function countExpiringAllocations(deps: Deps, date: string): Promise<number> {
  return countOf(deps.db, each('release.count-expiring-allocations'))`from allocation a where ${due(date)}`;
}

/** Locks the referrals and devices of allocations, in the one order of locks: one statement. Whether they still hold is asked afterwards. */
async function lockAllocations(trx: Trx, which: ReturnType<typeof sql>): Promise<LockedAllocation[]> {
  return many(trx, 'allocation.lock-held', LockedAllocation)`
    with a as materialized (
      select a.id, a.referral_id, a.device_id from allocation a where ${which} and ${checksTurn}
    ), r as materialized (
      select id from referral where id in (select referral_id from a) order by id for no key update
    ), d as materialized (
      select id from device where id in (select device_id from a) and (select count(*) from r) >= 0 order by id for no key update
    )
    select a.id, a.device_id as "deviceId", v.kind,
      exists (select from data_plan s where s.device_id = v.id and ${isInUse('s')}) as "hasDataPlan"
    from a join device v on v.id = a.device_id where (select count(*) from d) >= 0 order by a.id`;
}

const Ended = {
  id: col.text,
  referralId: col.text,
  patientId: col.text,
  deviceId: col.text,
  assetTag: col.text,
  deviceStatus: col.oneOf(deviceStatuses),
};
type Ended = RowOf<typeof Ended>;

/**
 * Ends those of these allocations that still hold, of locked devices, which become ready again; one of which
 * a check ran out meanwhile goes back to preparation, and what asked for that check is done. The same few
 * statements however many.
 */
async function endHeld(
  work: Work,
  ids: string[],
  as: 'released' | 'expired',
  reason: string | null,
): Promise<Ended[]> {
  const { at } = work;
  const rows = await many(work.trx, 'allocation.end', Ended)`
    with a as (
      update allocation set status = ${as}, ended_at = ${at}::timestamptz, ended_reason = ${reason}
      where id = any(${ids}::uuid[]) and status = 'held' returning id, referral_id, device_id
    ), d as (
      ${deviceMove('allocation released or expired', { from: sql`a`, which: sql`d.id = a.device_id`, at })} returning d.id, d.status
    )
    select a.id, a.referral_id as "referralId", r.patient_id as "patientId", a.device_id as "deviceId",
      v.asset_tag as "assetTag", coalesce(d.status, v.status) as "deviceStatus"
    from a join referral r on r.id = a.referral_id join device v on v.id = a.device_id left join d on d.id = a.device_id
    order by a.id`;
  const devices = rows.map(({ deviceId }) => deviceId);
  const settled = await settleReadiness(work.trx, devices, at);
  await completeTasksAbout(work, ['check_ran_out'], devices);
  const statusOf = new Map(settled.map(({ id, status }) => [id, status]));
  return rows.map((row) => ({ ...row, deviceStatus: statusOf.get(row.deviceId) ?? row.deviceStatus }));
}

async function record(
  work: Work,
  ended: Ended[],
  type: 'allocation.released' | 'allocation.expired',
  fields: string[] = [],
): Promise<void> {
  await recordEvents(
    work,
    ended.map(({ id, referralId, patientId, deviceId, assetTag, deviceStatus }) => ({
      type,
      subjects: [
        ['allocation', id],
        ['referral', referralId],
        ['patient', patientId],
        ['device', deviceId],
      ] as [SubjectType, string][],
      values: { assetTag, from: 'reserved', to: deviceStatus },
      fields,
    })),
  );
}

async function hasEnded(trx: Trx, id: string, deviceId: string): Promise<Problem> {
  const row = await one(
    trx,
    'allocation.status',
    trx.selectFrom('allocation').select('status').where('id', '=', id),
  );
  const [holder] = await holdersOf(trx, [deviceId]);
  const { status } = row;
  const loan = status === 'issued' && holder?.loanId ? holder : undefined;
  return new Problem('allocation-ended', {
    detail: loan
      ? `${loan.assetTag} was issued on loan ${loan.loanReference}. Return it there.`
      : `It was ${status} before. Load the page again to see how things stand.`,
    allocationStatus: status,
    ...(loan && { loanId: loan.loanId }),
  });
}

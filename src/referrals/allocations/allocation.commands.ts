import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { addDays, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { type DeviceStatus, deviceStatuses } from '../../stock/devices/device.rules.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { unfitJson } from '../../stock/devices/fitness.queries.ts';
import { Unfit, unfitFor, unfitRemedies, unfitWords } from '../../stock/devices/fitness.rules.ts';
import { whyNot } from '../../stock/devices/going-out.rules.ts';
import { type DeviceName, noSuchDevice, readDeviceName } from '../../stock/devices/naming.rules.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { assertReferralWaits, referralStatuses } from '../referral.rules.ts';
import { holdersOf, needsToFind, openNeeds } from './allocation.queries.ts';
import { assertFits, comesFirst, expiryErrors, notFree, stockNeeds } from './allocation.rules.ts';
import type { Allocated, NewAllocation } from './allocation.schemas.ts';
import { waitsLonger } from './waiting-list.queries.ts';

/**
 * Holds a ready device for a referral until it is issued, released or its last day has passed. Whoever
 * comes earlier on the waiting list, waits for the same and has nothing held is passed over only with a
 * reason, which is kept for each of them.
 * @throws Problem `not-found`, `invalid`, `device-not-available` (with who has it), `referral-not-waiting`,
 * `allocation-refused`, `someone-waits-longer` (with who and their places)
 */
export async function allocateDevice(
  deps: Deps,
  ctx: Context,
  referralId: string,
  input: NewAllocation,
): Promise<Allocated> {
  const asked = readInput(input, today(deps.clock));
  return command(deps, ctx, (work) => holdOne(work, referralId, asked, input));
}

/**
 * Holds several devices for a referral, such as a tablet and the dongle that goes with it: all or none.
 * @throws Problem as of `allocateDevice`
 */
export async function allocateDevices(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { deviceIds, ...input }: NewAllocations,
): Promise<Allocated[]> {
  const day = today(deps.clock);
  const asked = [...new Set(deviceIds)].sort().map((deviceId) => readInput({ ...input, deviceId }, day));
  return command(deps, ctx, async (work) => {
    const held: Allocated[] = [];
    for (const one of asked) held.push(await holdOne(work, referralId, one, input));
    return held;
  });
}

/** Devices to be held together. */
export type NewAllocations = Pick<NewAllocation, 'expiresOn' | 'skipReason'> & { deviceIds: string[] };

async function holdOne(
  work: Work,
  referralId: string,
  asked: DeviceName,
  input: Pick<NewAllocation, 'expiresOn' | 'skipReason'>,
): Promise<Allocated> {
  const day = work.today;
  const { referral, device } = await lockBoth(work.trx, referralId, asked);
  if (!referral) throw new Problem('not-found');
  if (!device) throw invalid(noSuchDevice(asked));
  if (device.status !== 'ready') throw notFree((await holdersOf(work.trx, [device.id]))[0]!, referralId);
  assertReferralWaits(referral.status);
  const { days, unfit, ...state } = await readState(work.trx, referralId, device.id, day);
  if (unfit.some(({ reason }) => reason === 'check_due')) throw withOpenCheck(device);
  const short = unfit.find(({ reason }) => reason === 'updates_ending');
  if (short)
    throw new Problem('device-not-available', {
      detail: withRemedy(short, device.assetTag),
      conflicts: [{ assetTag: device.assetTag, status: device.status, updatesEnd: true }],
    });
  const needs = assertFits({ ...device, ...state }, { ...referral, ...state });
  const passed = await waitsLonger(work.trx, referralId, needs);
  if (passed.length && !input.skipReason) throw comesFirst(passed);

  const allocation = {
    id: newId(),
    referralId,
    deviceId: device.id,
    expiresOn: input.expiresOn ?? addDays(day, days),
  };
  const passedIds = passed.map((one) => one.referralId);
  await insertAllocation(work, allocation, passedIds, input.skipReason);
  const subjects = (ids: string[]) => ids.map((id): [SubjectType, string] => ['referral', id]);
  const { id, expiresOn } = allocation;
  const { assetTag } = device;
  await recordEvents(work, [
    {
      type: 'allocation.held',
      subjects: [
        ['allocation', id],
        ...subjects([referralId]),
        ['patient', referral.patientId],
        ['device', device.id],
      ],
      values: { assetTag, expiresOn, needs, count: passed.length },
    },
    ...(passed.length
      ? ([
          {
            type: 'waiting_list.passed_over',
            subjects: [['allocation', id] as [SubjectType, string], ...subjects(passedIds)],
            values: { needs },
            fields: ['reason'],
          },
        ] satisfies NewEvent[])
      : []),
  ]);
  await completeTasksAbout(work, ['allocation_expired'], [referralId]);
  const warnings = unfitFor(unfit, state.toFind.includes('data')).map((one) => unfitWords(one, assetTag));
  return {
    id,
    deviceId: device.id,
    assetTag,
    expiresOn,
    status: 'held',
    ...(warnings.length && { warnings }),
  };
}

const withRemedy = (one: Unfit, assetTag: string) =>
  `${unfitWords(one, assetTag)} ${unfitRemedies[one.reason]}`;

/** What has a check that ran out is not ready, though the night has not been yet. */
function withOpenCheck({ assetTag, status }: { assetTag: string; status: DeviceStatus }): Problem {
  const conflict = { assetTag, status, hasOpenCheck: true };
  return new Problem('device-not-available', { detail: whyNot(conflict), conflicts: [conflict] });
}

function readInput(input: NewAllocation, day: string): DeviceName {
  const { name, errors } = readDeviceName(input);
  const faults = [...expiryErrors(input.expiresOn, day), ...errors];
  if (faults.length) throw new Problem('invalid', { errors: faults });
  return name;
}

const Locked = {
  referral: col.orNull(col.object({ status: col.oneOf(referralStatuses), patientId: col.text })),
  device: col.orNull(
    col.object({
      id: col.text,
      assetTag: col.text,
      kind: col.keyOf(kindsOfDevice),
      status: col.oneOf(deviceStatuses),
    }),
  ),
};
type Locked = RowOf<typeof Locked>;

async function lockBoth(trx: Trx, referralId: string, { tag, id }: DeviceName): Promise<Locked> {
  return one(trx, 'allocation.lock', Locked)`
    with r as materialized (
      select id, status, patient_id from referral where id = ${referralId} for no key update
    ), d as materialized (
      select id, asset_tag, kind, status from device
      where (asset_tag = ${tag} or id = ${id}) and (select count(*) from r) >= 0 for no key update
    )
    select (select json_build_object('status', status, 'patientId', patient_id) from r) as referral,
      (select json_build_object('id', id, 'assetTag', asset_tag, 'kind', kind, 'status', status) from d) as device`;
}

const State = {
  open: col.listOf(col.oneOf(stockNeeds)),
  toFind: col.listOf(col.oneOf(stockNeeds)),
  hasDataPlan: col.boolean,
  days: col.number,
  unfit: col.listOf(col.object(Unfit)),
};
type State = RowOf<typeof State>;

/** What decides beside the locked rows: a statement of its own, since the snapshot of the lock's may be older. */
async function readState(trx: Trx, referralId: string, deviceId: string, day: string): Promise<State> {
  return one(trx, 'allocation.state', State)`
    select ${openNeeds} as open, ${needsToFind} as "toFind", (select allocation_days from lending_policy) as days,
      exists (select from data_plan s where s.device_id = ${deviceId} and ${isInUse('s')}) as "hasDataPlan",
      (select ${unfitJson('d', day)} from device d where d.id = ${deviceId}) as unfit
    from referral r where r.id = ${referralId}`;
}

type ToInsert = { id: string; referralId: string; deviceId: string; expiresOn: string };

/** The device's move, the allocation, and whom it passes over: one statement. */
async function insertAllocation(
  work: Work,
  { id, referralId, deviceId, expiresOn }: ToInsert,
  passed: string[],
  reason: string | undefined,
): Promise<void> {
  const { at } = work;
  await run(work.trx, 'allocation.insert')`
    with d as (
      ${deviceMove('allocation', { which: sql`d.id = ${deviceId}`, at })} returning d.id
    ), a as (
      insert into allocation (id, referral_id, device_id, expires_on, created_at)
      select ${id}::uuid, ${referralId}::uuid, id, ${expiresOn}::date, ${at}::timestamptz from d
    )
    insert into waiting_skip (id, referral_id, for_referral_id, allocation_id, reason, actor_name, at)
    select new_id(), p, ${referralId}::uuid, ${id}::uuid, ${reason ?? null}::text, ${work.ctx.actor.name}::text, ${at}::timestamptz
    from unnest(${passed}::uuid[]) p`;
}

import { isOut } from '../../lending/loans/loan.states.ts';
import type { Trx } from '../../shared/database.ts';
import type { SubjectType } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { deviceStatuses } from '../devices/device.rules.ts';
import type { DeviceName } from '../devices/naming.rules.ts';
import { planStatusOf } from './data-plan.queries.ts';
import { planStatuses } from './data-plan.rules.ts';
import type { DataPlanState } from './data-plan.schemas.ts';
import { isInUse } from './data-plan.states.ts';
import { stopNumbers } from './number.commands.ts';

export const LockedPlan = {
  id: col.text,
  status: col.oneOf(planStatuses),
  isFitted: col.boolean,
  deviceId: col.orNull(col.text),
  network: col.text,
  iccid: col.text,
  activatedOn: col.orNull(col.text),
  expiresOn: col.orNull(col.text),
  endedOn: col.orNull(col.text),
};
export type LockedPlan = RowOf<typeof LockedPlan>;
/** A device that a plan is in or is to come into, with the open loan it is on. */
export const PlanDevice = {
  id: col.text,
  assetTag: col.text,
  status: col.oneOf(deviceStatuses),
  /** The plan not ended that is in it. */
  planId: col.orNull(col.text),
  loan: col.orNull(col.object({ id: col.text, patientId: col.orNull(col.text) })),
  /** Whether the number on the SIM is one that reaches the person who has the device. */
  holdsNumber: col.boolean,
};
export type PlanDevice = RowOf<typeof PlanDevice>;

/**
 * Locks a plan with all that a change of its place or end touches, in the one order of locks: the people
 * who have its devices, the devices, the plan. How they stand is asked in a second statement, since the
 * first one's snapshot may be older than what it waited for; if the plan or a device has come to someone
 * else meanwhile, the command begins anew.
 * @param target the device it is to come into, by its tag or id
 * @throws Problem `not-found`
 */
export async function lockPlan(
  trx: Trx,
  id: string,
  target: DeviceName = { tag: null, id: null },
): Promise<{
  plan: LockedPlan;
  from: PlanDevice | null;
  to: PlanDevice | null;
  /** Whether someone else put it into a device while this waited. */
  justFitted: boolean;
}> {
  const held = await maybe(trx, 'data-plan.lock', {
    patients: col.listOf(col.text),
    devices: col.listOf(col.text),
    targetId: col.orNull(col.text),
    wasIn: col.orNull(col.text),
  })`
    with target as materialized (
      select id from device where id = ${target.id}::uuid union select id from device where asset_tag = ${target.tag}
    ), of as materialized (
      select id from target union select device_id from data_plan where id = ${id}::uuid and device_id is not null
    ), p as materialized (
      select id from patient where id in (
        select l.patient_id from loan_item i join loan l on l.id = i.loan_id where i.device_id in (select id from of) and ${isOut('i')})
      order by id for no key update
    ), d as materialized (
      select id from device where id in (select id from of) and (select count(*) from p) >= 0 order by id for no key update
    ), s as materialized (
      select id from data_plan where id = ${id}::uuid and (select count(*) from d) >= 0 for no key update
    )
    select array(select id from p) as patients, array(select id from d) as devices, (select id from target) as "targetId",
      (select device_id from data_plan where id = ${id}::uuid) as "wasIn"
    from s`;
  if (!held) throw new Problem('not-found');
  const { plan, devices } = await one(trx, 'data-plan.locked', {
    plan: col.object(LockedPlan),
    devices: col.listOf(col.object(PlanDevice)),
  })`
    select json_build_object('id', s.id, 'status', ${planStatusOf}, 'isFitted', s.device_id is not null, 'deviceId', s.device_id,
        'network', s.network, 'iccid', s.iccid, 'activatedOn', s.activated_on, 'expiresOn', s.expires_on, 'endedOn', s.ended_on) as plan,
      coalesce((select json_agg(json_build_object('id', d.id, 'assetTag', d.asset_tag, 'status', d.status,
          'planId', (select o.id from data_plan o where o.device_id = d.id and ${isInUse('o')}),
          'loan', case when l.id is not null then json_build_object('id', l.id, 'patientId', l.patient_id) end,
          'holdsNumber', exists (select from contact_point c where c.patient_id = l.patient_id and c.stopped_at is null
            and c.channel in ('sms', 'phone') and c.value = s.msisdn)))
        from device d left join loan_item i on i.device_id = d.id and ${isOut('i')} left join loan l on l.id = i.loan_id
        where d.id = any(${held.devices}::uuid[])), '[]') as devices
    from data_plan s where s.id = ${id}`;
  const from = devices.find((device) => device.id === plan.deviceId) ?? null;
  const to = devices.find((device) => device.id === held.targetId) ?? null;
  const justFitted = plan.deviceId !== null && plan.deviceId !== held.wasIn;
  const people = devices.flatMap(({ loan }) => loan?.patientId ?? []);
  const isHeld = !plan.deviceId || from !== null || (justFitted && to !== null);
  if (!isHeld || people.some((patientId) => !held.patients.includes(patientId))) throw lostRace();
  return { plan, from, to, justFitted };
}

/** The id of the plan not ended in a device. */
export async function fittedPlanId(trx: Trx, deviceId: string): Promise<string | undefined> {
  const row = await maybe(trx, 'data-plan.in-device', { id: col.text })`
    select id from data_plan where device_id = ${deviceId} and ${isInUse()}`;
  return row?.id;
}

/** Makes the command begin anew: what it read before it had its locks no longer holds. */
const lostRace = () => Object.assign(new Error('it changed before it was locked'), { code: '40001' });

/** Stops the number on the SIM of a device on loan (rule 9); call it while the plan still says that it is in the device. */
export async function stopNumberOf(work: Work, { id, loan, holdsNumber }: PlanDevice): Promise<boolean> {
  if (!loan?.patientId || !holdsNumber) return false;
  await stopNumbers(work, [{ patientId: loan.patientId, deviceId: id }]);
  return true;
}

/** What a change of a plan answers. */
export function planStateOf(
  { id, status, activatedOn, expiresOn, endedOn }: LockedPlan,
  { device, numberStopped = false }: { device: PlanDevice | null; numberStopped?: boolean },
): DataPlanState {
  const shown = device && { id: device.id, assetTag: device.assetTag };
  return { id, status, device: shown, activatedOn, expiresOn, endedOn, numberStopped, warnings: [] };
}

/** The things whose story a change of a plan is part of: the plan, its devices, the loans they are on. */
export function subjectsOfPlan(planId: string, devices: (PlanDevice | null)[]): [SubjectType, string][] {
  const known = devices.filter((device) => device !== null);
  const loans = new Set(known.flatMap(({ loan }) => loan?.id ?? []));
  return [
    ['data_plan', planId],
    ...known.map(({ id }): [SubjectType, string] => ['device', id]),
    ...[...loans].map((id): [SubjectType, string] => ['loan', id]),
  ];
}

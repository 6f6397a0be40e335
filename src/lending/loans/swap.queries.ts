import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import { takeBackDays } from '../../shared/taking-back.rules.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { hasOpenCheck } from '../../stock/devices/check.queries.ts';
import { unfitJson } from '../../stock/devices/fitness.queries.ts';
import { DeviceToIssue } from '../../stock/devices/going-out.rules.ts';
import { type DeviceName, noSuchDevice } from '../../stock/devices/naming.rules.ts';
import { hasActiveData } from '../../stock/devices/scan.queries.ts';
import { didHappen } from '../incidents/incident.states.ts';
import { backOn } from './loan.queries.ts';
import { itemWasLent } from './loan.states.ts';
import { SwapStanding } from './swap.rules.ts';
import { Swapped } from './swap.schemas.ts';

/**
 * What decides whether the device of an item may be exchanged: one statement.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found` for no such item of this loan
 */
export async function getItemToSwap(
  db: Reader,
  of: { loanId: string; itemId: string },
  at: string,
): Promise<SwapStanding> {
  const row = await maybe(db, 'loan.to-swap', SwapStanding)`
    select l.status, l.reference, l.referral_id as "referralId", l.due_on as "dueOn", l.taken_over as "takenOver",
      exists (select from patient p where p.id = l.patient_id and p.erased_at is not null) as "isErased",
      l.issued_at < ${at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate",
      json_build_object('id', i.id, 'deviceId', i.device_id, 'assetTag', d.asset_tag, 'kind', d.kind, 'status', i.status, 'issuedOn', i.issued_on,
        'hasDataPlan', exists (select from data_plan s where s.device_id = d.id and ${isInUse('s')}), 'isReplacement', i.replaces_item_id is not null,
        'incidents', array(select n.reference from incident n where n.loan_item_id = i.id and ${didHappen('n')} order by n.id),
        'swappedFor', (select json_build_object('id', o.id, 'deviceId', o.device_id, 'assetTag', e.asset_tag, 'status', o.status)
          from loan_item o join device e on e.id = o.device_id where o.id = i.swapped_for)) as item,
      coalesce((select json_agg(json_build_object('kind', e.kind, 'hasDataPlan', exists (select from data_plan s where s.device_id = e.id and ${isInUse('s')})))
        from loan_item o join device e on e.id = o.device_id where o.loan_id = l.id and o.id <> i.id and ${itemWasLent('o')}), '[]') as others,
      array(select n.need from referral_need n where n.referral_id = l.referral_id and n.status = 'met' and n.settled_at = l.issued_at) as met
    from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id
    where i.id = ${of.itemId} and l.id = ${of.loanId}`;
  if (!row) throw new Problem('not-found');
  return row;
}

const DeviceToSwapIn = {
  ...DeviceToIssue,
  /** When it was last back with us. */
  backOn: col.orNull(col.text),
  arrivedOn: col.text,
};
type DeviceToSwapIn = RowOf<typeof DeviceToSwapIn>;

/** The device that is to take the place, as an issue reads it, on a civil date. For a locked device. */
export async function getDeviceToSwapIn(db: Reader, id: string, day: string): Promise<DeviceToSwapIn> {
  return one(db, 'loan.device-to-swap-in', DeviceToSwapIn)`
    select d.id, d.asset_tag as "assetTag", d.kind, d.status, d.condition, s.id is not null as "hasDataPlan", ${hasActiveData(day)} as "hasActiveData",
      s.expires_on as "dataExpiresOn", ${hasOpenCheck('d', day)} as "hasOpenCheck", ${unfitJson('d', day)} as unfit,
      (select referral_id from allocation a where a.device_id = d.id and a.status = 'held') as "heldFor", ${backOn('d')} as "backOn",
      (select received_on from donation where id = d.donation_id) as "arrivedOn"
    from device d left join data_plan s on s.device_id = d.id and ${isInUse('s')} where d.id = ${id}`;
}

/** The id of a device. @throws Problem `invalid` where there is none of this name */
export async function findDeviceId(db: Reader, name: DeviceName): Promise<string> {
  const row = await maybe(db, 'loan.find-device', { id: col.text })`
    select id from device where asset_tag = ${name.tag} or id = ${name.id}::uuid`;
  if (!row) throw new Problem('invalid', { errors: [noSuchDevice(name)] });
  return row.id;
}

/** An item that was exchanged, with the one that took its place, as they stand now. */
export async function getSwapped(db: Reader, itemId: string): Promise<Omit<Swapped, 'warnings'>> {
  return one(db, 'loan.swapped', col.omit(Swapped.properties, 'warnings'))`
    select json_build_object('id', l.id, 'reference', l.reference, 'status', l.status) as loan,
      json_build_object('id', o.id, 'deviceId', o.device_id, 'assetTag', e.asset_tag, 'status', o.status) as item,
      json_build_object('itemId', i.id, 'deviceId', d.id, 'assetTag', d.asset_tag, 'deviceStatus', d.status) as swapped
    from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id
      join loan_item o on o.id = i.swapped_for join device e on e.id = o.device_id where i.id = ${itemId}`;
}

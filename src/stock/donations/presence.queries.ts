import { itemWasLent } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { maybe } from '../../shared/statements.ts';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { Happening, SignsOfDevice } from './presence.rules.ts';

/**
 * What shows that a device was there.
 * @throws Problem `not-found`
 */
export async function signsOfDevice(db: Reader, id: string): Promise<SignsOfDevice> {
  const row = await maybe(db, 'donation.signs-of-device', SignsOfDevice)`
    select d.status, d.cycle,
      (select min(c.performed_on) from preparation_check c where c.device_id = d.id and c.taken_back_at is null) as "checkedOn",
      (select min((s.scanned_at at time zone 'Europe/London')::date) from stocktake_line s where s.device_id = d.id) as "scannedOn",
      exists (select from loan_item i where i.device_id = d.id and ${itemWasLent('i')}) as "wasLent",
      exists (select from loan_item i where i.device_id = d.id) as "hadLoan",
      exists (select from attachment a where a.device_id = d.id) as "hadPapers",
      exists (select from allocation a where a.device_id = d.id) as "wasHeld",
      exists (select from repair r where r.device_id = d.id) as "wasInRepair",
      exists (select from data_plan s where s.device_id = d.id and ${isInUse('s')}) as "hasSim",
      exists (select from data_plan s where s.device_id = d.id) as "hadSim"
    from device d where d.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** What happened first to the devices of a donation, but those that were out before Lendwell knew them. */
export async function firstHappening(db: Reader, donationId: string): Promise<Happening | undefined> {
  return maybe(db, 'donation.first-happening', Happening)`
    with d as (select id, asset_tag, cycle, cycle_started_on from device where donation_id = ${donationId} and not taken_over)
    select d.asset_tag as "assetTag", h.what, h."on" from d join (
      select device_id, 'checked' as what, performed_on as "on" from preparation_check where device_id in (select id from d) and taken_back_at is null
      union all select device_id, 'lent', issued_on from loan_item where device_id in (select id from d) and ${itemWasLent()}
      union all select device_id, 'held', (created_at at time zone 'Europe/London')::date from allocation where device_id in (select id from d)
      union all select device_id, 'sent for repair', sent_on from repair where device_id in (select id from d)
      union all select device_id, 'seen at a stocktake', (scanned_at at time zone 'Europe/London')::date from stocktake_line
        where device_id in (select id from d) and scanned_at is not null
      union all select device_id, 'retired', disposed_on from disposal where device_id in (select id from d)
      union all select id, 'prepared again', cycle_started_on from d where cycle > 1
    ) h on h.device_id = d.id
    order by h."on", d.id limit 1`;
}

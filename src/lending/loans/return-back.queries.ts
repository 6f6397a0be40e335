import { sql } from 'kysely';
import { isOpenReferral } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, maybe, one } from '../../shared/statements.ts';
import { takeBackDays } from '../../shared/taking-back.rules.ts';
import { itemWasLent } from './loan.states.ts';
import { ReturnStanding } from './return-back.rules.ts';
import { ReturnTakenBack } from './return-back.schemas.ts';

/** The columns of `SinceEnd` for the item `i` of the loan `l` with its device `d`. */
export const sinceEnd = sql`d.asset_tag as "assetTag", d.status as "deviceStatus",
  case when i.status = 'lost' then d.cycle = coalesce(i.cycle_out, d.cycle)
    else d.cycle = coalesce(i.cycle_out + 1, d.cycle) and (i.cycle_out is not null or d.cycle_started_on is not distinct from i.ended_on) end as "isSameCycle",
  array(select distinct c.kind from preparation_check c where c.device_id = d.id and c.taken_back_at is null
    and c.cycle > coalesce(i.cycle_out, d.cycle - case i.status when 'lost' then 0 else 1 end) order by 1) as checks,
  exists (select from event e join event_subject s on s.event_id = e.id
    where s.subject_id = d.id and e.type = 'device.moved' and e.at > i.ended_at) as "wasMoved",
  exists (select from stocktake_line s where s.device_id = d.id and s.scanned_at > i.ended_at) as "wasSeen",
  (select o.reference from loan_item n join loan o on o.id = n.loan_id where n.device_id = d.id and n.id > i.id and ${itemWasLent('n')}
    order by n.id desc limit 1) as "lentAgain",
  (select r.asset_tag from loan_item n join device r on r.id = n.device_id where n.replaces_item_id = i.id limit 1) as "replacedBy",
  (select o.reference from referral r join referral o on o.clinic_id = r.clinic_id and o.patient_id = r.patient_id and o.id <> r.id
    where r.id = l.referral_id and r.status = 'closed' and ${isOpenReferral('o')} limit 1) as "otherReferral",
  exists (select from patient p where p.id = l.patient_id and p.erased_at is not null) as "isErased"`;

/**
 * What decides whether the return of an item may be taken back: one statement.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`
 */
export async function getReturnToTakeBack(db: Reader, itemId: string, at: string): Promise<ReturnStanding> {
  const row = await maybe(db, 'loan.return-to-take-back', ReturnStanding)`
    select ${sinceEnd}, i.id as "itemId", i.status, l.id as "loanId", l.reference as "loanReference", l.status as "loanStatus",
      d.id as "deviceId", l.patient_id as "patientId", l.referral_id as "referralId", i.ended_on as "endedOn", i.ended_at as "endedAt",
      l.closed_at as "closedAt", coalesce(i.ended_at < ${at}::timestamptz - make_interval(days => ${takeBackDays}), false) as "isLate",
      (select n.reference from incident n where n.id = i.incident_id) as incident,
      i.status = 'on_loan' and exists (select from return_taken_back k where k.loan_item_id = i.id) as "isTakenBack"
    from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id where i.id = ${itemId}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** An item whose return was taken back, with its loan, device and referral as they stand now. */
export async function getReturnTakenBack(
  db: Reader,
  itemId: string,
): Promise<Omit<ReturnTakenBack, 'warnings'>> {
  return one(db, 'loan.return-taken-back', col.omit(ReturnTakenBack.properties, 'warnings'))`
    select json_build_object('id', l.id, 'reference', l.reference, 'status', l.status) as loan,
      json_build_object('id', i.id, 'status', i.status) as item,
      json_build_object('id', d.id, 'assetTag', d.asset_tag, 'status', d.status) as device,
      (select json_build_object('id', r.id, 'status', r.status) from referral r where r.id = l.referral_id) as referral
    from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id where i.id = ${itemId}`;
}

const BackWith = {
  movementId: col.text,
  id: col.text,
  kind: col.text,
  quantity: col.number,
  locationId: col.text,
  place: col.text,
  /** Whether they were counted there since, so that what is in stock is right. */
  countedSince: col.boolean,
  /** Whether another device came back in the same step, with which they may have been. */
  withAnother: col.boolean,
};
export type BackWith = RowOf<typeof BackWith>;

/** The accessories that came back in one step with an item, as far as that was not taken back. */
export async function accessoriesBackWith(db: Reader, itemId: string): Promise<BackWith[]> {
  return many(db, 'loan.accessories-back-with', BackWith)`
    select m.id as "movementId", a.id, a.kind, m.change as quantity, m.location_id as "locationId", p.name as place,
      exists (select from accessory_movement c where c.accessory_id = m.accessory_id and c.location_id = m.location_id and c.kind = 'counted'
        and c.id > m.id and not exists (select from accessory_movement b where b.takes_back = c.id)) as "countedSince",
      exists (select from loan_item o where o.loan_id = i.loan_id and o.id <> i.id and o.status = 'returned' and o.ended_at = i.ended_at) as "withAnother"
    from loan_item i join accessory_movement m on m.loan_id = i.loan_id and m.at = i.ended_at and m.kind = 'returned'
      join accessory a on a.id = m.accessory_id join location p on p.id = m.location_id
    where i.id = ${itemId} and not exists (select from accessory_movement b where b.takes_back = m.id) order by m.accessory_id`;
}

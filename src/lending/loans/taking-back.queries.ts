import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { maybe, one } from '../../shared/statements.ts';
import { takeBackDays } from '../../shared/taking-back.rules.ts';
import { outcomeCounts } from '../../support/follow-up.states.ts';
import { didHappen } from '../incidents/incident.states.ts';
import { IssueStanding } from './taking-back.rules.ts';
import { IssueTakenBack } from './taking-back.schemas.ts';

/**
 * What decides whether an issue may be taken back: one statement.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`
 */
export async function getIssueToTakeBack(db: Reader, id: string, at: string): Promise<IssueStanding> {
  const row = await maybe(db, 'loan.to-take-back', IssueStanding)`
    select l.status, l.reference, l.referral_id as "referralId", l.patient_id as "patientId", l.issued_at as "issuedAt",
      l.issued_at < ${at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate", l.taken_over as "takenOver",
      exists (select from patient p where p.id = l.patient_id and p.erased_at is not null) as "isErased",
      coalesce((select json_agg(json_build_object('id', i.id, 'deviceId', i.device_id, 'assetTag', d.asset_tag, 'status', i.status,
          'isReplacement', i.replaces_item_id is not null) order by i.id)
        from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id and i.swapped_for is null), '[]') as items,
      array(select a.kind from loan_accessory o join accessory a on a.id = o.accessory_id
        where o.loan_id = l.id and o.returned + o.written_off > 0 order by a.kind) as "endedAccessories",
      array(select n.reference from incident n where n.loan_id = l.id and ${didHappen('n')} order by n.id) as incidents,
      exists (select from loan_extension e where e.loan_id = l.id) as "isExtended",
      exists (select from loan_review v where v.loan_id = l.id) as "isReviewed",
      exists (select from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')} where f.loan_id = l.id) as "hasOutcome"
    from loan l where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** A loan whose issue was taken back, with its devices and its referral as they stand now. */
export async function getTakenBack(db: Reader, id: string): Promise<IssueTakenBack> {
  return one(db, 'loan.taken-back', IssueTakenBack.properties)`
    select json_build_object('id', l.id, 'reference', l.reference, 'status', l.status) as loan,
      coalesce((select json_agg(json_build_object('id', d.id, 'assetTag', d.asset_tag, 'status', d.status) order by i.id)
        from loan_item i join device d on d.id = i.device_id where i.loan_id = l.id and i.swapped_for is null), '[]') as devices,
      (select json_build_object('id', r.id, 'status', r.status) from referral r where r.id = l.referral_id) as referral
    from loan l where l.id = ${id}`;
}

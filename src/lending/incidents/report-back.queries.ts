import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, one } from '../../shared/statements.ts';
import { takeBackDays } from '../../shared/taking-back.rules.ts';
import { sinceEnd } from '../loans/return-back.queries.ts';
import { isActedOn } from './incident.states.ts';
import { ReportStanding } from './report-back.rules.ts';
import { ReportTakenBack } from './report-back.schemas.ts';

/**
 * What decides whether the report of an incident may be taken back: one statement.
 * @param at the instant of asking, ISO 8601
 * @throws Problem `not-found`
 */
export async function getReportToTakeBack(db: Reader, id: string, at: string): Promise<ReportStanding> {
  const row = await maybe(db, 'incident.to-take-back', ReportStanding)`
    select ${sinceEnd}, n.reference, n.status, n.kind, n.reported_at as "reportedAt",
      n.reported_at < ${at}::timestamptz - make_interval(days => ${takeBackDays}) as "isLate", n.crime_reference is not null as "hasCrimeReference",
      i.id as "itemId", i.status as "itemStatus", l.id as "loanId", d.id as "deviceId", l.patient_id as "patientId", l.referral_id as "referralId",
      case when i.incident_id = n.id then i.ended_at end as "endedAt", l.closed_at as "closedAt",
      exists (select from repair r where r.device_id = d.id and r.created_at > n.reported_at) as "wasSentForRepair",
      coalesce((select json_agg(json_build_object('kind', a.kind, 'isDone', a.confirmed_at is not null) order by a.id)
        from incident_action a where a.incident_id = n.id and ${isActedOn('a')}), '[]') as actions
    from incident n join loan_item i on i.id = n.loan_item_id join loan l on l.id = i.loan_id join device d on d.id = i.device_id where n.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** An incident whose report was taken back, with its item, device and loan as they stand now. */
export async function getReportTakenBack(db: Reader, id: string): Promise<Omit<ReportTakenBack, 'warnings'>> {
  return one(db, 'incident.taken-back', col.omit(ReportTakenBack.properties, 'warnings'))`
    select n.id, n.reference, n.status, json_build_object('id', i.id, 'status', i.status) as item,
      json_build_object('id', d.id, 'assetTag', d.asset_tag, 'status', d.status) as device,
      json_build_object('id', l.id, 'status', l.status) as loan
    from incident n join loan_item i on i.id = n.loan_item_id join loan l on l.id = i.loan_id join device d on d.id = i.device_id where n.id = ${id}`;
}

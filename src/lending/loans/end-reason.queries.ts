import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { maybe } from '../../shared/statements.ts';
import { ReasonStanding } from './end-reason.rules.ts';

/**
 * Why an item came back, and what decides whether that may be put right: one statement.
 * @throws Problem `not-found`
 */
export async function getEndReason(db: Reader, itemId: string): Promise<ReasonStanding> {
  const row = await maybe(db, 'loan.end-reason', ReasonStanding)`
    select i.end_reason as reason, i.end_words as words, i.status, d.asset_tag as "assetTag", l.id as "loanId", l.reference as "loanReference",
      l.patient_id as "patientId", l.changed_at as "changedAt", (select n.reference from incident n where n.id = i.incident_id) as incident,
      exists (select from patient p where p.id = l.patient_id and p.erased_at is not null) as "isErased"
    from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id where i.id = ${itemId}`;
  if (!row) throw new Problem('not-found');
  return row;
}

import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import { LoanToGift } from './gift.rules.ts';
import { isOut } from './loan.states.ts';

/**
 * What decides whether a loan becomes a gift, and its items still out: one statement.
 * @throws Problem `not-found`
 */
export async function getLoanToGift(db: Reader, id: string): Promise<LoanToGift & { itemIds: string[] }> {
  const row = await maybe(db, 'loan.to-gift', {
    ...col.omit(LoanToGift, 'out'),
    itemIds: col.listOf(col.text),
  })`
    select l.status, case when l.patient_id is null then 'location' else 'patient' end as borrower,
      (select n.id from incident n where n.loan_id = l.id and n.status = 'open' order by n.id limit 1) as "openIncident",
      coalesce((select json_agg(i.id order by i.id) from loan_item i where i.loan_id = l.id and ${isOut('i')}), '[]') as "itemIds"
    from loan l where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return { ...row, out: row.itemIds.length };
}

import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import type { LoanToGift } from './gift.rules.ts';

/**
 * What decides whether a loan becomes a gift, and its items still out: one statement.
 * @throws Problem `not-found`
 */
export async function getLoanToGift(db: Reader, id: string): Promise<LoanToGift & { itemIds: string[] }> {
  const { rows } = await sql<Omit<LoanToGift, 'out'> & { itemIds: string[] }>`/* loan.to-gift */
    select l.status, case when l.patient_id is null then 'location' else 'patient' end as borrower,
      (select n.id from incident n where n.loan_id = l.id and n.status = 'open' order by n.id limit 1) as "openIncident",
      coalesce((select json_agg(i.id order by i.id) from loan_item i where i.loan_id = l.id and i.ended_at is null), '[]') as "itemIds"
    from loan l where l.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return { ...rows[0], out: rows[0].itemIds.length };
}

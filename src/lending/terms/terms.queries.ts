import { sql } from 'kysely';
import { addDays } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { type Borrower, extensionWords, lengthWords } from './terms.rules.ts';
import type { LoanTerms } from './terms.schemas.ts';

const columns = sql`t.id, t.name, t.borrower, t.weeks, t.review_months as "reviewMonths", t.extensions_allowed as "extensionsAllowed",
  t.extension_weeks as "extensionWeeks", t.support_plan_id as "supportPlanId", t.is_default as "isDefault", t.retired_at is not null as retired, t.changed_at as "changedAt"`;

/** All terms there are, or those that may be chosen for a borrower: the default first. */
export async function listTerms(db: Reader, offeredTo?: Borrower): Promise<LoanTerms[]> {
  const { rows } = await sql<LoanTerms>`/* loan-terms.list */
    select ${columns} from loan_terms t
    where ${offeredTo ? sql`t.borrower = ${offeredTo} and t.retired_at is null` : sql`true`}
    order by t.retired_at is not null, t.borrower desc, t.is_default desc, t.name`.execute(db);
  return rows;
}

/** @throws Problem `not-found` */
export async function getTerms(db: Reader, id: string): Promise<LoanTerms> {
  const { rows } =
    await sql<LoanTerms>`/* loan-terms.get */ select ${columns} from loan_terms t where t.id = ${id}`.execute(
      db,
    );
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** Terms as an issue offers them; `dueOn` is the date that they give, null without one. */
export type OfferedTerms = {
  id: string;
  name: string;
  isDefault: boolean;
  length: string;
  extensions: string;
  dueOn: string | null;
};

/** What may be chosen for a borrower, in words, counted from the civil date of the handover. */
export async function offeredTerms(db: Reader, borrower: Borrower, from: string): Promise<OfferedTerms[]> {
  return (await listTerms(db, borrower)).map((terms) => ({
    id: terms.id,
    name: terms.name,
    isDefault: terms.isDefault,
    length: lengthWords(terms),
    extensions: extensionWords(terms),
    dueOn: terms.weeks === null ? null : addDays(from, terms.weeks * 7),
  }));
}

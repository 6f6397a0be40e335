import { sql } from 'kysely';
import { addDays } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { many, maybe } from '../../shared/statements.ts';
import { type Borrower, extensionWords, lengthWords } from './terms.rules.ts';
import { LoanTerms } from './terms.schemas.ts';

const columns = sql`t.id, t.name, t.borrower, t.weeks, t.review_months as "reviewMonths", t.extensions_allowed as "extensionsAllowed",
  t.extension_weeks as "extensionWeeks", t.support_plan_id as "supportPlanId", t.is_default as "isDefault", t.retired_at is not null as retired, t.changed_at as "changedAt"`;

/** All terms there are, or those that may be chosen for a borrower: the default first. */
export async function listTerms(db: Reader, offeredTo?: Borrower): Promise<LoanTerms[]> {
  return many(db, 'loan-terms.list', LoanTerms.properties)`
    select ${columns} from loan_terms t
    where ${offeredTo ? sql`t.borrower = ${offeredTo} and t.retired_at is null` : sql`true`}
    order by t.retired_at is not null, t.borrower desc, t.is_default desc, t.name`;
}

/** @throws Problem `not-found` */
export async function getTerms(db: Reader, id: string): Promise<LoanTerms> {
  const row = await maybe(
    db,
    'loan-terms.get',
    LoanTerms.properties,
  )`select ${columns} from loan_terms t where t.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
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

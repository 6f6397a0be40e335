import { type RawBuilder, sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, maybe } from '../../shared/statements.ts';
import { type Borrower, extensionWords, lengthWords } from './terms.rules.ts';
import { LoanTerms } from './terms.schemas.ts';

const columns = sql`t.id, t.name, t.borrower, t.weeks, t.review_months as "reviewMonths", t.extensions_allowed as "extensionsAllowed",
  t.extension_weeks as "extensionWeeks", t.support_plan_id as "supportPlanId", t.is_default as "isDefault", t.retired_at is not null as retired, t.changed_at as "changedAt"`;

const offeredTo = (borrower: Borrower) => sql`t.borrower = ${borrower} and t.retired_at is null`;
const defaultFirst = sql`t.retired_at is not null, t.borrower desc, t.is_default desc, t.name`;

/** All terms there are, or those that may be chosen for a borrower: the default first. */
export async function listTerms(db: Reader, borrower?: Borrower): Promise<LoanTerms[]> {
  return many(db, 'loan-terms.list', LoanTerms.properties)`
    select ${columns} from loan_terms t
    where ${borrower ? offeredTo(borrower) : sql`true`} order by ${defaultFirst}`;
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

/** SQL: the day on which a loan on terms `t` is due, counted from the civil date of its handover: a working day; null without weeks. */
export const dueByTerms = (handoverOn: string | RawBuilder<unknown>) =>
  sql`working_day_from(${handoverOn}::date + t.weeks * 7)`;

/** What may be chosen for a borrower, in words, counted from the civil date of the handover; the default first. */
export async function offeredTerms(db: Reader, borrower: Borrower, from: string): Promise<OfferedTerms[]> {
  const rows = await many(db, 'loan-terms.offered', { ...LoanTerms.properties, dueOn: col.orNull(col.text) })`
    select ${columns}, ${dueByTerms(from)} as "dueOn" from loan_terms t where ${offeredTo(borrower)} order by ${defaultFirst}`;
  return rows.map((terms) => ({
    id: terms.id,
    name: terms.name,
    isDefault: terms.isDefault,
    length: lengthWords(terms),
    extensions: extensionWords(terms),
    dueOn: terms.dueOn,
  }));
}

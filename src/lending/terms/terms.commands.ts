import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { assertPlan } from '../../support/plan.queries.ts';
import { getTerms } from './terms.queries.ts';
import { type Borrower, termsFaults } from './terms.rules.ts';
import type { LoanTerms, NewTerms, TermsChange } from './terms.schemas.ts';

/**
 * Adds terms of a kind of loan.
 * @throws Problem `invalid`, `name-in-use`
 */
export async function addTerms(deps: Deps, ctx: Context, input: NewTerms): Promise<LoanTerms> {
  const terms = {
    weeks: null,
    reviewMonths: null,
    extensionsAllowed: 2,
    extensionWeeks: 13,
    supportPlanId: null,
    isDefault: false,
    retired: false,
    ...input,
    name: input.name.trim(),
  };
  const errors = termsFaults(terms, false);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await lockTerms(trx, terms.borrower);
    await assertPlan(trx, terms.supportPlanId);
    if (terms.isDefault) await noDefault(trx, deps, terms.borrower);
    await sql`insert into loan_terms (id, name, borrower, weeks, review_months, extensions_allowed, extension_weeks, support_plan_id, is_default, changed_at)
      values (${id}, ${terms.name}, ${terms.borrower}, ${terms.weeks}, ${terms.reviewMonths}, ${terms.extensionsAllowed},
        ${terms.extensionWeeks}, ${terms.supportPlanId}, ${terms.isDefault}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'loan_terms.added',
      subjects: callerOf(ctx),
      values: { terms: terms.name },
    });
    return getTerms(trx, id);
  });
}

/**
 * Changes terms. Loans that have them keep their dates; how often they may be extended follows the
 * terms. Terms made the default take the place of the ones that were.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `name-in-use`
 */
export async function changeTerms(
  deps: Deps,
  ctx: Context,
  id: string,
  change: TermsChange,
  ifMatch: string | undefined,
): Promise<LoanTerms> {
  return command(deps, ctx, async (trx) => {
    await lockTerms(trx, (await getTerms(trx, id)).borrower);
    const before = await getTerms(trx, id);
    requireMatch(ifMatch, etagOf(id, before.changedAt));
    const after = { ...before, ...change, name: (change.name ?? before.name).trim() };
    const errors = termsFaults(after, before.isDefault);
    if (errors.length) throw new Problem('invalid', { errors });
    if (after.supportPlanId !== before.supportPlanId) await assertPlan(trx, after.supportPlanId);
    if (after.isDefault && !before.isDefault) await noDefault(trx, deps, before.borrower);
    const at = timestamp(deps.clock);
    await sql`update loan_terms set name = ${after.name}, weeks = ${after.weeks}, review_months = ${after.reviewMonths},
        extensions_allowed = ${after.extensionsAllowed}, extension_weeks = ${after.extensionWeeks}, support_plan_id = ${after.supportPlanId}, is_default = ${after.isDefault},
        retired_at = case when ${after.retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end, changed_at = ${at}::timestamptz
      where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'loan_terms.changed',
      subjects: callerOf(ctx),
      values: {
        terms: after.name,
        ...(after.retired === before.retired ? {} : { status: after.retired ? 'retired' : 'open' }),
      },
      fields: Object.keys(change),
    });
    return getTerms(trx, id);
  });
}

/** Whoever changes terms of a borrower does so alone: there is one default among them. */
async function lockTerms(trx: Trx, borrower: Borrower): Promise<void> {
  await sql`select from loan_terms where borrower = ${borrower} order by id for no key update`.execute(trx);
}

/** Before other terms become the default, since the index allows no two at any moment. */
async function noDefault(trx: Trx, deps: Deps, borrower: Borrower): Promise<void> {
  await sql`update loan_terms set is_default = false, changed_at = ${timestamp(deps.clock)} where borrower = ${borrower} and is_default`.execute(
    trx,
  );
}

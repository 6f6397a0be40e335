import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { settleUpdates } from '../../stock/devices/updates.commands.ts';
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
  return command(deps, ctx, async (work) => {
    const id = newId();
    await lockTerms(work.trx, terms.borrower);
    await assertPlan(work.trx, terms.supportPlanId);
    if (terms.isDefault) await noDefault(work, terms.borrower);
    await run(
      work.trx,
      'terms.add',
      work.trx.insertInto('loan_terms').values({
        id,
        name: terms.name,
        borrower: terms.borrower,
        weeks: terms.weeks,
        review_months: terms.reviewMonths,
        extensions_allowed: terms.extensionsAllowed,
        extension_weeks: terms.extensionWeeks,
        support_plan_id: terms.supportPlanId,
        is_default: terms.isDefault,
        changed_at: work.at,
      }),
    );
    if (terms.isDefault && terms.borrower === 'patient') await settleUpdates(work, sql`true`);
    await recordEvent(work, {
      type: 'loan_terms.added',
      subjects: callerOf(ctx),
      values: { terms: terms.name },
    });
    return getTerms(work.trx, id);
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
): Promise<LoanTerms> {
  return command(deps, ctx, async (work) => {
    await lockTerms(work.trx, (await getTerms(work.trx, id)).borrower);
    const before = await getTerms(work.trx, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const after = { ...before, ...change, name: (change.name ?? before.name).trim() };
    const errors = termsFaults(after, before.isDefault);
    if (errors.length) throw new Problem('invalid', { errors });
    if (after.supportPlanId !== before.supportPlanId) await assertPlan(work.trx, after.supportPlanId);
    if (after.isDefault && !before.isDefault) await noDefault(work, before.borrower);
    const { at } = work;
    await run(
      work.trx,
      'terms.change',
    )`update loan_terms set name = ${after.name}, weeks = ${after.weeks}, review_months = ${after.reviewMonths},
        extensions_allowed = ${after.extensionsAllowed}, extension_weeks = ${after.extensionWeeks}, support_plan_id = ${after.supportPlanId}, is_default = ${after.isDefault},
        retired_at = case when ${after.retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end, changed_at = ${at}::timestamptz
      where id = ${id}`;
    if ((before.isDefault || after.isDefault) && before.borrower === 'patient')
      await settleUpdates(work, sql`true`);
    await recordEvent(work, {
      type: 'loan_terms.changed',
      subjects: callerOf(ctx),
      values: {
        terms: after.name,
        ...(after.retired === before.retired ? {} : { status: after.retired ? 'retired' : 'open' }),
      },
      fields: Object.keys(change),
    });
    return getTerms(work.trx, id);
  });
}

/** Whoever changes terms of a borrower does so alone: there is one default among them. */
async function lockTerms(trx: Trx, borrower: Borrower): Promise<void> {
  await run(
    trx,
    'terms.lock',
    trx.selectFrom('loan_terms').where('borrower', '=', borrower).orderBy('id').forNoKeyUpdate(),
  );
}

/** Before other terms become the default, since the index allows no two at any moment. */
async function noDefault(work: Work, borrower: Borrower): Promise<void> {
  await run(
    work.trx,
    'terms.no-default',
  )`update loan_terms set is_default = false, changed_at = ${work.at} where borrower = ${borrower} and is_default`;
}

import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { correctWhatWasToldOfLoan } from '../../messages/correction.commands.ts';
import { takeBackUnsaid } from '../../messages/kind.queries.ts';
import type { TellableWhy } from '../../messages/why.rules.ts';
import { closedJson } from '../../scheme/calendar/calendar.queries.ts';
import { ClosedDay, closedWarnings } from '../../scheme/calendar/calendar.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { addDays } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { moveDueSteps } from '../../support/plan-dates.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { getLoanToExtend } from './extension.queries.ts';
import { assertExtendable, assertReviewable, tryAgainDays } from './extension.rules.ts';
import { Extended, type NewExtension, type NewReview, type Reviewed } from './extension.schemas.ts';

/**
 * Puts off the date of a loan, gives a date to one that stays open, or lets it stay open. Reminders
 * of the old date that were not yet said are taken back in the same transaction.
 * @throws Problem `not-found`, `loan-closed`, `changed-meanwhile` when its date is not the one the caller saw,
 * `extension-refused` beyond the number or the length that its terms allow, `invalid`
 */
export async function extendLoan(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewExtension,
): Promise<Extended> {
  return command(deps, ctx, async (work) => {
    const loan = await lockLoan(work.trx, loanId);
    // What decides is asked after the lock: the one before us may have changed it.
    const state = await getLoanToExtend(work.trx, loanId, work.today);
    if (state.status === 'open' && input.from !== undefined && input.from !== state.dueOn)
      throw new Problem('changed-meanwhile', {
        detail: 'Its date was changed meanwhile. Look at the loan again.',
        dueOn: state.dueOn,
      });
    const day = work.today;
    assertExtendable(state, input, { today: day, mayExceed: may(ctx.actor, 'loans.extend-beyond') });
    const { closed, ...dates } = await setDate(work, loanId, {
      from: state.dueOn,
      dueOn: input.dueOn ?? null,
      reason: input.reason ?? null,
      why: input.why,
      reviewMonths: state.reviewMonths,
    });
    await recordEvent(work, {
      type: 'loan.extended',
      subjects: subjectsOfLoan(loan, []),
      values: { from: state.dueOn, ...dates },
      fields: input.reason ? ['reason'] : [],
    });
    await completeTasksAbout(work, ['loan_overdue'], [loanId]);
    return { id: loanId, ...dates, warnings: closedWarnings(closed) };
  });
}

/**
 * Records that a loan without a date was looked at: it goes on to the next review, is tried again in
 * a few days when nobody was reached, or gets the date by which it comes back.
 * @throws Problem `not-found`, `loan-closed`, `conflict` for a loan with a date, `invalid`
 */
export async function reviewLoan(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReview,
): Promise<Reviewed> {
  return command(deps, ctx, async (work) => {
    const loan = await lockLoan(work.trx, loanId);
    const state = await getLoanToExtend(work.trx, loanId, work.today);
    const day = work.today;
    assertReviewable(state, input, day);
    const { outcome, dueOn = null, note = null } = input;
    await run(
      work.trx,
      'loan.review',
      work.trx
        .insertInto('loan_review')
        .values({ id: newId(), loan_id: loanId, outcome, note, actor_name: ctx.actor.name, at: work.at }),
    );
    const { reviewOn, closed } = dueOn
      ? await setDate(work, loanId, {
          from: null,
          dueOn,
          reason: note,
          reviewMonths: state.reviewMonths,
        })
      : {
          ...(await setReview(work, loanId, outcome === 'not_reached' ? null : state.reviewMonths)),
          closed: null,
        };
    await recordEvent(work, {
      type: 'loan.reviewed',
      subjects: subjectsOfLoan(loan, []),
      values: { result: outcome, dueOn, reviewOn },
      fields: note ? ['note'] : [],
    });
    return { id: loanId, outcome, dueOn, reviewOn, warnings: closedWarnings(closed) };
  });
}

/** Takes back what was to be said of a loan's date and was not yet said. For the command that changes the date or ends the loan, in its transaction. */
export async function takeBackReminders(trx: Trx, loanId: string): Promise<void> {
  await run(trx, 'reminder.take-back')`${takeBackUnsaid('loan', sql`subject_id = ${loanId}`)}`;
}

async function lockLoan(trx: Trx, id: string) {
  const {
    loans: [loan],
  } = await lockLoans(trx, [id], {});
  if (!loan) throw new Problem('not-found');
  return loan;
}

const NewDate = {
  ...col.omit(Extended.properties, 'id', 'warnings'),
  closed: col.orNull(col.object(ClosedDay)),
};
type NewDate = RowOf<typeof NewDate>;

/** Only a loan that had a date is put off by this; a first date is no extension. */
async function setDate(
  work: Work,
  loanId: string,
  change: {
    from: string | null;
    dueOn: string | null;
    reason: string | null;
    why?: TellableWhy | undefined;
    reviewMonths: number;
  },
): Promise<NewDate> {
  const { from, dueOn, reason, why, reviewMonths } = change;
  const { at } = work;
  const row = await one(work.trx, 'loan.set-date', NewDate)`
    with e as (
      insert into loan_extension (id, loan_id, from_due_on, due_on, reason, actor_name, at)
      values (${newId()}, ${loanId}, ${from}::date, ${dueOn}::date, ${reason}, ${work.ctx.actor.name}, ${at}::timestamptz)
    )
    update loan set due_on = ${dueOn}::date, extensions = extensions + ${from === null ? 0 : 1}::int, changed_at = ${at}::timestamptz,
      review_on = case when ${dueOn}::date is null
        then working_day_from((${work.today}::date + make_interval(months => ${reviewMonths}::int))::date) end
    where id = ${loanId} returning due_on as "dueOn", review_on as "reviewOn", extensions, ${closedJson(sql`due_on`)} as closed`;
  await takeBackReminders(work.trx, loanId);
  if (from) await correctWhatWasToldOfLoan(work, loanId, from, { as: 'put_off', why });
  await moveDueSteps(work, loanId, dueOn);
  return row;
}

/** @param months until the next review; null to try again in a few days */
async function setReview(
  work: Work,
  loanId: string,
  months: number | null,
): Promise<{ reviewOn: string | null }> {
  const day = work.today;
  return one(work.trx, 'loan.set-review', { reviewOn: col.text })`
    update loan set changed_at = ${work.at}::timestamptz, review_on = working_day_from(coalesce(
      (${day}::date + make_interval(months => ${months}::int))::date, ${addDays(day, tryAgainDays)}::date))
    where id = ${loanId} returning review_on as "reviewOn"`;
}

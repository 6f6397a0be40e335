import { correctWhatWasToldOfLoan } from '../../messages/correction.commands.ts';
import { closedOf } from '../../scheme/calendar/calendar.queries.ts';
import { closedWords } from '../../scheme/calendar/calendar.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { differing } from '../../shared/differing.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { moveDueSteps } from '../../support/plan-dates.commands.ts';
import { moveStartSteps } from '../../support/start-steps.commands.ts';
import type { KeptStep } from '../../support/support.rules.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { getLoanToCorrect } from './correction.queries.ts';
import {
  assertCorrectable,
  correctionErrors,
  correctionWarnings,
  type LoanSaid,
  type LoanStanding,
  reviewFrom,
} from './correction.rules.ts';
import type { LoanCorrected, LoanCorrection } from './correction.schemas.ts';
import { lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { takeBackReminders } from './extension.commands.ts';
import { getLoan } from './loan.queries.ts';
import { isOpenLoan } from './loan.states.ts';

const names = ['way', 'on', 'dueOn', 'termsId', 'acceptedBy', 'witness', 'signature'] as const;
type Name = (typeof names)[number];
type Change = { before: LoanSaid; after: LoanSaid; loan: LoanStanding };

/**
 * Puts right what was written down wrong of a loan, open or closed: its handover, the day it is due, its terms, how the
 * agreement was accepted. It is no extension. Of an open loan what hangs on the days follows: items, steps of support,
 * the next look, and what was said or is to be said of the day it is due.
 * @throws Problem `not-found`, `patient-erased`, `loan-correction-refused`, `if-match-required`, `changed-meanwhile`, `invalid`
 */
export async function correctLoan(
  deps: Deps,
  ctx: Context,
  loanId: string,
  correction: LoanCorrection,
): Promise<LoanCorrected> {
  return command(deps, ctx, async (work) => {
    const {
      loans: [loan],
    } = await lockLoans(work.trx, [loanId], {});
    if (!loan) throw new Problem('not-found');
    const { said: before, ...found } = await getLoanToCorrect(work.trx, loanId, {
      termsId: correction.termsId,
      on: correction.handover?.on,
    });
    assertCorrectable(found.standing);
    requireMatch(ctx.ifMatch, etagOf(loanId, found.changedAt));
    const after = corrected(before, correction);
    const errors = correctionErrors(found.standing, before, after, work.today);
    if (errors.length) throw new Problem('invalid', { errors });
    const changed = differing(before, after, names);
    if (!changed.length) return { ...(await getLoan(work.trx, deps.clock, loanId)), warnings: [] };
    const change = { before, after, loan: found.standing };
    await write(work, loanId, change);
    // The status is read after the lock: a return may have come first.
    const isOpen = isOpenLoan.of(found.standing.status);
    const kept = isOpen ? await follow(work, loanId, change) : [];
    const deviceIds = changed.includes('on') ? found.standing.items.map(({ deviceId }) => deviceId) : [];
    await recordEvent(work, {
      type: 'loan.corrected',
      subjects: subjectsOfLoan(loan, deviceIds),
      values: valuesOf(changed, before, after, found.standing.terms?.name),
      fields: changed.filter((name) => name === 'witness' || name === 'signature'),
    });
    const chosen = isOpen && changed.includes('dueOn') ? after.dueOn : null;
    const closed = chosen ? await closedOf(work.trx, [chosen]) : [];
    const warnings = correctionWarnings(found.standing, before, after, kept);
    return {
      ...(await getLoan(work.trx, deps.clock, loanId)),
      warnings: [...warnings, ...closed.map(closedWords)],
    };
  });
}

/** The loan as it is to say: what is left out stays, and a witness or signature is kept only for who gave one. */
function corrected(before: LoanSaid, { handover, dueOn, termsId, agreement }: LoanCorrection): LoanSaid {
  const said = {
    ...before,
    way: handover?.way ?? before.way,
    on: handover?.on ?? before.on,
    dueOn: dueOn === undefined ? before.dueOn : dueOn,
    termsId: termsId ?? before.termsId,
  };
  if (!agreement) return said;
  const { acceptedBy, witness = before.witness, signature = before.signature } = agreement;
  return {
    ...said,
    acceptedBy,
    witness: acceptedBy === 'witnessed' ? witness : null,
    signature: acceptedBy === 'signature' ? signature : null,
  };
}

/** Writes the loan, and the items that went out with the handover: what was back before its day keeps its own. */
async function write(work: Work, loanId: string, { before, after, loan }: Change): Promise<void> {
  const review = reviewFrom(loan, before, after);
  await run(work.trx, 'loan.correct')`
    update loan set handover_way = ${after.way}, handover_on = ${after.on}::date, due_on = ${after.dueOn}::date, terms_id = ${after.termsId}::uuid,
      accepted_by = ${after.acceptedBy}, witness = ${after.witness}, signature = ${after.signature}, changed_at = ${work.at}::timestamptz,
      review_on = case when ${after.dueOn}::date is not null then null else
        coalesce(working_day_from((${review?.on ?? null}::date + make_interval(months => ${review?.months ?? 0}::int))::date), review_on) end
    where id = ${loanId}`;
  if (after.on === before.on) return;
  await run(work.trx, 'loan.correct-items')`
    update loan_item i set issue_given_on = x.day, end_given_on = case when i.status = 'recorded_by_mistake' then x.day else i.end_given_on end
    from (select id, case when issued_on = ${before.on}::date then ${after.on}::date else least(issued_on, ${after.on}::date) end as day
      from loan_item where loan_id = ${loanId} and replaces_item_id is null) x
    where i.id = x.id`;
}

/** What hangs on the days of an open loan. @returns follow-ups that stay though the handover is another day */
async function follow(work: Work, loanId: string, { before, after }: Change): Promise<KeptStep[]> {
  const kept =
    after.on === before.on ? [] : await moveStartSteps(work, loanId, { from: before.on, to: after.on });
  if (after.dueOn === before.dueOn) return kept;
  await takeBackReminders(work.trx, loanId);
  if (before.dueOn) await correctWhatWasToldOfLoan(work, loanId, before.dueOn, { as: 'wrong_day' });
  await moveDueSteps(work, loanId, after.dueOn);
  if (after.dueOn === null || after.dueOn >= work.today)
    await completeTasksAbout(work, ['loan_overdue'], [loanId]);
  return kept;
}

/** What the log keeps of a correction: days, ways and names that the scheme gives, of both where both are of use. */
function valuesOf(changed: Name[], before: LoanSaid, after: LoanSaid, terms: string | undefined) {
  const has = (name: Name) => changed.includes(name);
  return {
    ...(has('way') && { handoverWay: after.way }),
    ...(has('on') && { handoverWas: before.on, handoverOn: after.on }),
    ...(has('dueOn') && { dueWas: before.dueOn, dueOn: after.dueOn }),
    ...(has('termsId') && terms && { terms }),
    ...(has('acceptedBy') && { acceptedBy: after.acceptedBy }),
  };
}

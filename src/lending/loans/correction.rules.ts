import { addDays } from '../../shared/clock.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import type { KeptStep } from '../../support/support.rules.ts';
import {
  acceptanceErrors,
  handoverWays,
  loanStatuses,
  recordedAcceptances,
  whyNotOpen,
} from './loan.rules.ts';
import { isOpenLoan } from './loan.states.ts';
import { arrivalWarnings, outAgainFault } from './loan-days.rules.ts';

/** What a correction may change of a loan, as it is written down. */
export const LoanSaid = {
  way: col.oneOf(handoverWays),
  on: col.text,
  dueOn: col.orNull(col.text),
  termsId: col.orNull(col.text),
  acceptedBy: col.oneOf(recordedAcceptances),
  witness: col.orNull(col.text),
  signature: col.orNull(col.text),
};
export type LoanSaid = RowOf<typeof LoanSaid>;

const Item = {
  deviceId: col.text,
  assetTag: col.text,
  issuedOn: col.text,
  endedOn: col.orNull(col.text),
  isReplacement: col.boolean,
  /** When its device was back from whoever had it before. */
  backOn: col.orNull(col.text),
  arrivedOn: col.text,
};
const Terms = { id: col.text, name: col.text, reviewMonths: col.number };

/** What decides about a correction beside what it says. */
export const LoanStanding = {
  status: col.oneOf(loanStatuses),
  isErased: col.boolean,
  takenOver: col.boolean,
  extensions: col.number,
  /** The civil date on which it was written down. */
  writtenOn: col.text,
  items: col.listOf(col.object(Item)),
  incidents: col.listOf(col.object({ reference: col.text, happenedOn: col.text })),
  /** The terms that it is to have, where they are in use for its borrower or its own. */
  terms: col.orNull(col.object(Terms)),
  /** The day that its terms gave, and the one that the terms and the handover give that it is to have. */
  usualWas: col.orNull(col.text),
  usualIs: col.orNull(col.text),
  /** When it was last looked at or got another date, and whether nobody was reached then; null when never. */
  lastLook: col.orNull(col.object({ on: col.text, reached: col.boolean })),
};
export type LoanStanding = RowOf<typeof LoanStanding>;

type Correctable = Pick<LoanStanding, 'status' | 'isErased'>;

/** Why nothing of a loan is corrected, in a sentence; nothing where it can be. */
export function whyNotCorrected({ status, isErased }: Correctable): string | undefined {
  if (isErased) return 'This person was erased. What is written down of the loan stays.';
  return status === 'recorded_by_mistake' ? whyNotOpen(status) : undefined;
}

/** @throws Problem `loan-correction-refused` for a loan recorded by mistake, `patient-erased` */
export function assertCorrectable(loan: Correctable): void {
  if (loan.isErased) throw new Problem('patient-erased');
  const detail = whyNotCorrected(loan);
  if (detail) throw new Problem('loan-correction-refused', { detail });
}

/** What is wrong with a loan as a correction would have it. Only what changes is held to the rules. */
export function correctionErrors(
  loan: LoanStanding,
  before: LoanSaid,
  after: LoanSaid,
  today: string,
): FieldError[] {
  const moves = after.on !== before.on;
  const errors = moves ? handoverErrors(loan, before.on, after.on, today) : [];
  if (after.dueOn && after.dueOn <= after.on && (moves || after.dueOn !== before.dueOn))
    errors.push(
      after.dueOn === before.dueOn
        ? { pointer: '/handover/on', message: `It is due back on ${after.dueOn}. Give a day before that.` }
        : { pointer: '/dueOn', message: 'Give a date after the handover.' },
    );
  if (after.termsId !== before.termsId && !loan.terms)
    errors.push({ pointer: '/termsId', message: 'These terms are not in use for this borrower.' });
  const { acceptedBy, witness, signature } = after;
  return [
    ...errors,
    ...acceptanceErrors({ acceptedBy, witness: witness ?? undefined, signature: signature ?? undefined }),
  ];
}

/** Within how many days of its writing down a handover may have been, or was planned. */
const apart = 30;

function handoverErrors(
  { takenOver, writtenOn, items, incidents }: LoanStanding,
  was: string,
  on: string,
  today: string,
): FieldError[] {
  const isFar = on < addDays(writtenOn, -apart) || on > addDays(writtenOn, apart);
  const faults = [
    ...(takenOver && on > today ? [`This day is in the future. Give ${today} or an earlier day.`] : []),
    ...(!takenOver && isFar
      ? [`The loan was written down on ${writtenOn}. Give a day within ${apart} days of that.`]
      : []),
    ...items.flatMap((item) => [outAgainFault(on, item) ?? [], endFault(item, was, on) ?? []].flat()),
    ...incidents.flatMap(({ reference, happenedOn }) =>
      happenedOn < on && happenedOn < writtenOn
        ? `Incident ${reference} was on ${happenedOn}. Give that day or an earlier one.`
        : [],
    ),
  ];
  return faults.length ? [{ pointer: '/handover/on', message: faults.join(' ') }] : [];
}

/** Why an item that went out with the handover cannot have gone out on another day; null when it can. */
function endFault(
  { assetTag, endedOn, issuedOn, isReplacement }: LoanStanding['items'][number],
  was: string,
  on: string,
): string | null {
  const wentOutThen = !isReplacement && issuedOn === was;
  return wentOutThen && endedOn && endedOn < on
    ? `${assetTag} came back or ended on ${endedOn}. Give that day or an earlier one.`
    : null;
}

/**
 * When a loan that stays open is looked at again once it is corrected: counted in months from when it was last
 * looked at, or else from its handover; undefined where that stays as it is.
 */
export function reviewFrom(
  loan: LoanStanding,
  before: LoanSaid,
  after: LoanSaid,
): { on: string; months: number } | undefined {
  const isCounted =
    before.dueOn !== null || after.termsId !== before.termsId || (after.on !== before.on && !loan.lastLook);
  if (!isOpenLoan.of(loan.status) || after.dueOn !== null || !isCounted) return undefined;
  if (loan.lastLook && !loan.lastLook.reached) return undefined;
  return { on: loan.lastLook?.on ?? after.on, months: loan.terms?.reviewMonths ?? 1 };
}

/** What to look at once a loan is corrected, in sentences. */
export function correctionWarnings(
  loan: LoanStanding,
  before: LoanSaid,
  after: LoanSaid,
  kept: KeptStep[],
): string[] {
  const isUsual = loan.extensions === 0 && before.dueOn !== null && before.dueOn === loan.usualWas;
  const stays = after.dueOn === before.dueOn && isUsual && loan.usualIs && loan.usualIs !== after.dueOn;
  return [
    ...(after.on === before.on ? [] : arrivalWarnings(after.on, loan.items)),
    ...(stays ? [`It stays due back on ${after.dueOn}. By its terms it would be ${loan.usualIs}.`] : []),
    ...kept.map(
      ({ step, dueOn, isConfirmed }) =>
        `“${step}” stays on ${dueOn}: ${isConfirmed ? 'it is confirmed' : 'it was moved before'}. Move it if it should be another day.`,
    ),
  ];
}

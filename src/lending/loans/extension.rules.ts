import { type Need, needs } from '../../referrals/referral.rules.ts';
import { date as dateWords } from '../../shared/formats.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { loanStatuses, whyNotOpen } from './loan.rules.ts';
import { isOpenLoan } from './loan.states.ts';

export const Waiting = { need: col.oneOf(needs), people: col.number };
export type Waiting = RowOf<typeof Waiting>;

/** What decides about the date of a loan. */
export const LoanToExtend = {
  status: col.oneOf(loanStatuses),
  /** Null while it stays open. */
  dueOn: col.orNull(col.text),
  /** How many times its date was put off. */
  extensions: col.number,
  /** Of its terms: how many there may be. */
  extensionsAllowed: col.number,
  /** The working day to which its terms usually put it off, from its date or today. */
  suggestedDueOn: col.text,
  /** Whether its terms are without a day anyway. */
  mayStayOpen: col.boolean,
  /** Other people who wait for what this loan has out, by need; needs that nobody waits for are left out. */
  waiting: col.listOf(col.object(Waiting)),
};
export type LoanToExtend = RowOf<typeof LoanToExtend>;

export type ExtensionRules = {
  /** Whether who asks may put the date off now. */
  allowed: boolean;
  /** What speaks for and against it, in sentences. */
  why: string[];
  used: number;
  most: number;
  suggestedDueOn: string | null;
  /** Whether who asks may leave it without a date. */
  mayStayOpen: boolean;
  /** The civil day until which it goes without a manager; null for a manager, and where it has no date yet. */
  latestDueOn: string | null;
  waiting: Waiting[];
  /** Whether it is put off only with a reason. */
  reasonWanted: boolean;
};

/**
 * What the rules say about putting off the date of a loan: it is open; its terms allow so many
 * extensions, each of so many weeks, beyond which (or without a day) a manager decides with a reason; that others wait wants a reason and
 * never refuses by itself. A loan without a date may always be given one, which is no extension.
 * The API, the command and the pages all ask this.
 * @param mayExceed whether who asks may go beyond the number
 */
export function extensionRules(loan: LoanToExtend, { mayExceed }: { mayExceed: boolean }): ExtensionRules {
  const { status, dueOn, extensions: used, extensionsAllowed: most, waiting } = loan;
  const rules = { used, most, waiting, mayStayOpen: mayExceed || loan.mayStayOpen };
  if (!isOpenLoan.of(status))
    return {
      ...rules,
      allowed: false,
      why: [status === 'closed' ? 'The loan is closed.' : whyNotOpen(status)],
      suggestedDueOn: null,
      latestDueOn: null,
      reasonWanted: false,
    };
  const { suggestedDueOn } = loan;
  if (dueOn === null)
    return {
      ...rules,
      allowed: true,
      why: ['It has no date to come back. It may be given one.'],
      suggestedDueOn,
      latestDueOn: null,
      reasonWanted: false,
    };
  const isBeyond = used >= most;
  const why = [isBeyond ? beyondWords(loan, mayExceed) : withinWords(loan)];
  if (waiting.length) why.push(`${waitingWords(waiting)} That need not stop it: say why this loan goes on.`);
  return {
    ...rules,
    allowed: !isBeyond || mayExceed,
    why,
    suggestedDueOn,
    latestDueOn: mayExceed ? null : suggestedDueOn,
    reasonWanted: isBeyond || waiting.length > 0,
  };
}

export type DateChange = {
  dueOn?: string | undefined;
  openEnded?: boolean | undefined;
  reason?: string | undefined;
};

/**
 * Holds a change of the date to the rules.
 * @throws Problem `loan-closed`, `extension-refused` beyond the number or the length, `invalid` with every fault of what was given
 */
export function assertExtendable(
  loan: LoanToExtend,
  change: DateChange,
  who: { today: string; mayExceed: boolean },
): void {
  const rules = extensionRules(loan, who);
  if (!isOpenLoan.of(loan.status)) throw new Problem('loan-closed', { detail: whyNotOpen(loan.status) });
  if (!rules.allowed)
    throw new Problem('extension-refused', {
      detail: rules.why[0]!,
      used: rules.used,
      most: rules.most,
    });
  const errors = dateFaults(loan, change, who.today);
  const isFar = !errors.length && isBeyondTerms(loan, change);
  if (isFar && !who.mayExceed)
    throw new Problem('extension-refused', {
      detail: `Its terms put it off until ${dateWords(loan.suggestedDueOn)} at most. Ask a manager, who may extend it further, or without a day, with a reason.`,
      used: rules.used,
      most: rules.most,
    });
  if ((rules.reasonWanted || isFar) && !change.reason?.trim())
    errors.push({ pointer: '/reason', message: 'Say why this loan goes on.' });
  if (errors.length) throw new Problem('invalid', { errors });
}

/** Whether it goes further than one extension by its terms; a loan without a date has none to go beyond. */
const isBeyondTerms = (loan: LoanToExtend, { dueOn, openEnded }: DateChange): boolean =>
  loan.dueOn !== null &&
  ((openEnded === true && !loan.mayStayOpen) || (dueOn !== undefined && dueOn > loan.suggestedDueOn));

function dateFaults(loan: LoanToExtend, { dueOn, openEnded }: DateChange, today: string): FieldError[] {
  if (!dueOn === !openEnded) return [{ pointer: '/dueOn', message: 'Give a date, or open-ended.' }];
  if (openEnded)
    return loan.dueOn === null ? [{ pointer: '/openEnded', message: 'It has no date already.' }] : [];
  if (loan.dueOn !== null && dueOn! <= loan.dueOn)
    return [{ pointer: '/dueOn', message: 'Give a date after the present one.' }];
  return dueOn! <= today ? [{ pointer: '/dueOn', message: 'Give a date after today.' }] : [];
}

const times = (number: number) => (number === 1 ? 'once' : number === 2 ? 'twice' : `${number} times`);
const allows = (most: number) =>
  most === 0 ? 'Its terms allow no extension' : `Its terms allow it to be extended ${times(most)}`;

function withinWords({ extensions, extensionsAllowed }: LoanToExtend): string {
  const used = extensions ? `It has been extended ${times(extensions)}.` : 'It has not been extended yet.';
  return `${used} ${allows(extensionsAllowed)}.`;
}

function beyondWords({ extensions, extensionsAllowed }: LoanToExtend, mayExceed: boolean): string {
  const used = extensions ? `, and it has been extended ${times(extensions)}` : '';
  const who = mayExceed ? 'As a manager you may extend it' : 'Ask a manager, who may extend it';
  return `${allows(extensionsAllowed)}${used}. ${who} with a reason.`;
}

const needWords: Record<Need, string> = { device: 'a device', data: 'data', support: 'support' };

function waitingWords(waiting: Waiting[]): string {
  const parts = waiting.map(
    ({ need, people }) =>
      `${people} other ${people === 1 ? 'person waits' : 'people wait'} for ${needWords[need]}`,
  );
  const text = parts.join(' and ');
  return `${text}.`;
}

export const reviewOutcomes = ['goes_on', 'not_reached', 'comes_back'] as const;
export type ReviewOutcome = (typeof reviewOutcomes)[number];
/** After a review that reached nobody, it is tried again so many days later. */
export const tryAgainDays = 7;

/**
 * Holds the review of a loan that stays open to the rules: it is open, has no date, and gets one
 * only when it is to come back.
 * @throws Problem `loan-closed`, `conflict` for a loan with a date, `invalid`
 */
export function assertReviewable(
  loan: Pick<LoanToExtend, 'status' | 'dueOn'>,
  { outcome, dueOn }: { outcome: ReviewOutcome; dueOn?: string | undefined },
  today: string,
): void {
  if (!isOpenLoan.of(loan.status)) throw new Problem('loan-closed', { detail: whyNotOpen(loan.status) });
  if (loan.dueOn !== null)
    throw new Problem('conflict', {
      detail: 'This loan has a date to come back. Extend it instead of reviewing it.',
    });
  const errors: FieldError[] = [];
  if (outcome === 'comes_back' && !dueOn)
    errors.push({ pointer: '/dueOn', message: 'Give the date by which it comes back.' });
  if (outcome === 'comes_back' && dueOn && dueOn <= today)
    errors.push({ pointer: '/dueOn', message: 'Give a date after today.' });
  if (outcome !== 'comes_back' && dueOn)
    errors.push({ pointer: '/dueOn', message: 'Only a loan that comes back gets a date.' });
  if (errors.length) throw new Problem('invalid', { errors });
}

import { addDays } from '../../shared/clock.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { wantsDataPlan } from '../../stock/devices/device-kinds.rules.ts';
import { isWithoutItsData, unfitWords } from '../../stock/devices/fitness.rules.ts';
import type { DeviceToIssue } from '../../stock/devices/going-out.rules.ts';
import { type NamedDevice, readDeviceName } from '../../stock/devices/naming.rules.ts';

/** `recorded_by_mistake`: the issue was taken back, and the loan counts nowhere. */
export const loanStatuses = ['open', 'closed', 'recorded_by_mistake'] as const;
export type LoanStatus = (typeof loanStatuses)[number];
/**
 * Every move of a loan and what makes it. A loan that closed because its last item was lost opens
 * again when that item is replaced, since the replacement is of the same loan; so does one of which something is out
 * after all.
 */
export const loanMoves = [
  { from: 'open', to: 'closed', by: 'its last item ends and nothing is missing' },
  { from: 'closed', to: 'open', by: 'a replacement of what an incident ended' },
  { from: 'closed', to: 'open', by: 'what ended an item is taken back' },
  { from: 'open', to: 'recorded_by_mistake', by: 'its issue is taken back' },
] as const satisfies readonly { from: LoanStatus; to: LoanStatus; by: string }[];

/** Why nothing can be done any more with a loan that is not open, in a sentence. */
export const whyNotOpen = (status: LoanStatus): string =>
  status === 'recorded_by_mistake'
    ? 'This loan was recorded by mistake.'
    : 'Everything on this loan has come back or ended.';

/** An open loan whose date is this many days ahead, or fewer, is due soon. */
export const soonDays = 14;
export const itemStatuses = [
  'on_loan',
  'returned',
  'lost',
  'replaced',
  'gifted',
  'recorded_by_mistake',
] as const;
export type ItemStatus = (typeof itemStatuses)[number];
export const handoverWays = ['in_person', 'posted', 'collected'] as const;
export const acceptances = ['signature', 'witnessed', 'verbal'] as const;
/** How the agreement of a loan may be recorded: of one taken over from before Lendwell it may not be known. */
export const recordedAcceptances = [...acceptances, 'not_recorded'] as const;

export type Terms = {
  dueOn?: string | undefined;
  openEnded?: boolean | undefined;
  handoverOn: string;
  today: string;
  /** The working day that the terms give; null when they are open-ended. */
  usualDueOn: string | null;
};

/** The day the loan is due: as given, none when open-ended, or the one that the terms give. */
export function dueDate({ dueOn, openEnded, usualDueOn }: Terms): string | null {
  return openEnded ? null : (dueOn ?? usualDueOn);
}

/** What is wrong with the dates of a loan. A handover may be planned or written up up to 30 days apart from today. */
export function dateErrors({ dueOn, openEnded, handoverOn, today }: Omit<Terms, 'usualDueOn'>): FieldError[] {
  const errors: FieldError[] = [];
  if (dueOn && openEnded) errors.push({ pointer: '/dueOn', message: 'Give a date or open-ended, not both.' });
  if (dueOn && dueOn <= handoverOn)
    errors.push({ pointer: '/dueOn', message: 'Give a date after the handover.' });
  if (handoverOn < addDays(today, -30) || handoverOn > addDays(today, 30)) {
    errors.push({ pointer: '/handover/on', message: 'Give a date within 30 days of today.' });
  }
  return errors;
}

type Agreement = { acceptedBy: string; witness?: string | undefined; signature?: string | undefined };

/** What is wrong with how the agreement was accepted. */
export function acceptanceErrors(agreement: Agreement): FieldError[] {
  const errors: FieldError[] = [];
  if (agreement.acceptedBy === 'witnessed' && !agreement.witness)
    errors.push({ pointer: '/agreement/witness', message: 'Give the name of the witness.' });
  if (agreement.acceptedBy === 'signature' && !agreement.signature)
    errors.push({ pointer: '/agreement/signature', message: 'The signature is missing.' });
  return errors;
}

export type AskedItem = NamedDevice;
type Borrower = Partial<Record<'referralId' | 'patientId' | 'locationId', string | undefined>>;

/** The request beyond its form: one borrower, and each item by one of its two names. */
export function readInput(input: Borrower & { agreement: Agreement; items: AskedItem[] }): AskedItem[] {
  const errors = acceptanceErrors(input.agreement);
  if (!input.items.length) errors.push({ pointer: '/items', message: 'Name at least one device.' });
  if ([input.referralId, input.patientId, input.locationId].filter(Boolean).length !== 1) {
    errors.push({
      pointer: '/referralId',
      message: 'Say who borrows: one of referralId, patientId and locationId.',
    });
  }
  const asked = input.items.map(({ assetTag, deviceId }, place) => {
    const { name, errors: faults } = readDeviceName({ assetTag, deviceId }, `/items/${place}`);
    errors.push(...faults);
    return { assetTag: name.tag ?? undefined, deviceId };
  });
  if (errors.length) throw new Problem('invalid', { errors });
  return asked;
}

/** What the officer should know though the loan goes ahead: data that is over or ends early, data that nobody fitted. */
export function issueWarnings(devices: DeviceToIssue[], dueOn: string | null, hasSafeWay: boolean): string[] {
  const warnings = devices.flatMap(({ assetTag, kind, hasDataPlan, dataExpiresOn, unfit }) => {
    const told = unfit.map((one) => unfitWords(one, assetTag));
    if (isWithoutItsData(unfit)) return told;
    if (dataExpiresOn && (!dueOn || dataExpiresOn < dueOn))
      return [...told, `The data on ${assetTag} ends on ${dataExpiresOn}, before the loan is due back.`];
    return wantsDataPlan(kind) && !hasDataPlan
      ? [...told, `No data plan is recorded for ${assetTag}.`]
      : told;
  });
  return hasSafeWay
    ? warnings
    : [...warnings, 'There is no safe way to write to this patient, so no reminders will go out.'];
}

/** What is asked of a loan while it is open. */
export const tasksOfOpenLoan = ['fetch_kit', 'loan_overdue'] as const;

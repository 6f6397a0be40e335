import { type DeviceKind, type DeviceStatus, statusWords } from '../devices/device.rules.ts';
import { isWithoutItsData, type Unfit, unfitWords } from '../devices/fitness.rules.ts';
import { type NamedDevice, readDeviceName } from '../devices/naming.rules.ts';
import {
  canIssueFor,
  type Need,
  type ReferralStatus,
  referralStatusWords,
} from '../referrals/referral.rules.ts';
import { addDays } from '../shared/clock.ts';
import { type FieldError, Problem } from '../shared/problem.ts';

export const loanStatuses = ['open', 'closed'] as const;
export type LoanStatus = (typeof loanStatuses)[number];
/**
 * Every move of a loan and what makes it. A loan that closed because its last item was lost opens
 * again when that item is replaced, since the replacement is of the same loan.
 */
export const loanMoves = [
  { from: 'open', to: 'closed', by: 'its last item ends and nothing is missing' },
  { from: 'closed', to: 'open', by: 'a replacement of what an incident ended' },
] as const satisfies readonly { from: LoanStatus; to: LoanStatus; by: string }[];

/** An open loan whose date is this many days ahead, or fewer, is due soon. */
export const soonDays = 14;
export const itemStatuses = ['on_loan', 'returned', 'lost', 'replaced', 'gifted'] as const;
export type ItemStatus = (typeof itemStatuses)[number];
export const handoverWays = ['in_person', 'posted', 'collected'] as const;
export const acceptances = ['signature', 'witnessed', 'verbal'] as const;
/** How the agreement of a loan may be recorded: of one taken over from before Lendwell it may not be known. */
export const recordedAcceptances = [...acceptances, 'not_recorded'] as const;

export type DeviceToIssue = {
  id: string;
  assetTag: string;
  kind: DeviceKind;
  status: DeviceStatus;
  condition: string | null;
  /** The referral that an allocation holds it for. */
  heldFor: string | null;
  /** A check has run out or is open, though the device is ready or reserved. */
  hasOpenCheck: boolean;
  hasDataPlan: boolean;
  /** Its data plan is active: neither suspended nor ended nor over. */
  hasActiveData: boolean;
  dataExpiresOn: string | null;
  /** What would keep it from being offered. */
  unfit: Unfit[];
};

/** Whether a device may go out: ready, or reserved for this very referral, and every check still good. */
export function mayGoOut(
  device: Pick<DeviceToIssue, 'status' | 'heldFor' | 'hasOpenCheck'>,
  referralId: string | null,
): boolean {
  return !device.hasOpenCheck && isFor(device, referralId);
}

/** Whether it is ready, or reserved for this very referral. */
export function isFor(device: Pick<DeviceToIssue, 'status' | 'heldFor'>, referralId: string | null): boolean {
  return (
    device.status === 'ready' ||
    (device.status === 'reserved' && device.heldFor !== null && device.heldFor === referralId)
  );
}

/** Why a device may not go out, for a line of the answer. */
export function whyNot(device: { assetTag: string; status: DeviceStatus; hasOpenCheck?: boolean }): string {
  if (device.hasOpenCheck) return `${device.assetTag} has a check that ran out. Record it again first.`;
  return `${device.assetTag} is ${statusWords[device.status]}.`;
}

/**
 * A loan is made for a referral on the waiting list or being helped.
 * @throws Problem `referral-not-waiting`
 */
export function assertReferralWaits(status: ReferralStatus): void {
  if (canIssueFor(status)) return;
  const detail =
    status === 'received' || status === 'asked'
      ? 'Accept the referral first.'
      : `The referral is ${referralStatusWords[status]}.`;
  throw new Problem('referral-not-waiting', { detail, referralStatus: status });
}

/**
 * Which needs of a referral these devices meet; support is met by the plan that starts. Data that is over
 * or suspended meets none; where `unfit` is left out it is taken to run.
 */
export function needsMet(
  devices: (Pick<DeviceToIssue, 'kind' | 'hasDataPlan'> & { unfit?: Unfit[] })[],
): Need[] {
  const isData = (kind: DeviceKind) => kind === 'dongle' || kind === 'router' || kind === 'sim';
  return [
    ...(devices.some(({ kind }) => !isData(kind)) ? (['device'] as const) : []),
    ...(devices.some(
      ({ kind, hasDataPlan, unfit = [] }) => (isData(kind) || hasDataPlan) && !isWithoutItsData(unfit),
    )
      ? (['data'] as const)
      : []),
  ];
}

export type Terms = {
  dueOn?: string | undefined;
  openEnded?: boolean | undefined;
  handoverOn: string;
  today: string;
  /** Of the terms; null when they are open-ended. */
  weeks: number | null;
};

/** The day the loan is due: as given, none when open-ended, or the terms' weeks after the handover. */
export function dueDate({ dueOn, openEnded, handoverOn, weeks }: Terms): string | null {
  if (openEnded) return null;
  return dueOn ?? (weeks === null ? null : addDays(handoverOn, weeks * 7));
}

/** What is wrong with the dates of a loan. A handover may be planned or written up up to 30 days apart from today. */
export function dateErrors({ dueOn, openEnded, handoverOn, today }: Terms): FieldError[] {
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
    return kind === 'dongle' && !hasDataPlan ? [...told, `No data plan is recorded for ${assetTag}.`] : told;
  });
  return hasSafeWay
    ? warnings
    : [...warnings, 'There is no safe way to write to this patient, so no reminders will go out.'];
}

/** What is asked of a loan while it is open. */
export const tasksOfOpenLoan = ['fetch_kit', 'loan_overdue'] as const;

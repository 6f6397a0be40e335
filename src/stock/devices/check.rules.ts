import { addDays } from '../../shared/clock.ts';
import type { FieldError } from '../../shared/problem.ts';
import { type CheckKind, canRecordCheck, type DeviceStatus, statusWords } from './device.rules.ts';

export type CheckToRecord = {
  kind: CheckKind;
  result: 'pass' | 'fail';
  performedOn: string;
  performedBy: string;
  evidence: object;
};

/** What the evidence of a sanitisation may say, as NIST SP 800-88 has it on its certificate. */
export const sanitisationMethods = ['clear', 'purge', 'destroy'] as const;
export const mediaTypes = ['flash', 'magnetic', 'hybrid', 'other'] as const;
export const techniques = [
  'factory_reset',
  'overwrite',
  'block_erase',
  'cryptographic_erase',
  'degauss',
  'physical_destruction',
  'other',
] as const;
export const verifications = ['full', 'sample', 'other'] as const;
export const destinations = [
  'internal_reuse',
  'external_reuse',
  'recycling',
  'manufacturer',
  'other',
] as const;
export const electricalLevels = ['user', 'visual', 'combined'] as const;

/** What a form says of a field of a check that was left empty. */
export const checkWords = {
  result: 'Choose whether it passed',
  performedOn: 'Enter the date it was done',
  'evidence.method': 'Choose how it was erased',
  'evidence.tool': 'Enter what it was erased with',
  'evidence.verifiedBy': 'Enter who verified it',
  'evidence.sdCardRemoved': 'Choose whether a memory card is left in it',
  'evidence.level': 'Choose how it was tested',
};

/** Why a device in this status takes no check of this result; null when it does. */
export function checkRefusal(status: DeviceStatus, result: 'pass' | 'fail'): string | null {
  if (canRecordCheck(status, result)) return null;
  return status === 'reserved'
    ? 'The device is held for a referral. Release it there first, then record that the check failed.'
    : `The device is ${statusWords[status]}. Record checks while it is being prepared.`;
}

/**
 * Ready means safe: a check counts for the cycle in which it was done, so its date lies between
 * the cycle's start and today, and whoever verified a sanitisation is not whoever performed it
 * (NIST SP 800-88 asks for both people). With a memory card left in it nothing is erased for sure,
 * and a test whose next one is due by today shows nothing.
 * @param today the civil date, as all dates here `YYYY-MM-DD`
 * @returns what is wrong, with pointers into the check
 */
export function checkErrors(
  check: CheckToRecord,
  device: { cycleStartedOn: string },
  today: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const evidence = check.evidence as Record<string, unknown>;
  if (check.performedOn > today)
    errors.push({
      pointer: '/performedOn',
      message: 'This date is in the future. Give the day it was done.',
    });
  if (check.performedOn < device.cycleStartedOn) {
    errors.push({
      pointer: '/performedOn',
      message: `Only checks done since the device came in count. Give a date from ${device.cycleStartedOn}.`,
    });
  }
  if (check.kind === 'sanitisation' && sameName(String(evidence.verifiedBy), check.performedBy)) {
    errors.push({
      pointer: '/evidence/verifiedBy',
      message: 'Someone else has to verify it than the person who did it.',
    });
  }
  const { verifiedOn, nextDue } = evidence as { verifiedOn?: string; nextDue?: string };
  if (verifiedOn && (verifiedOn < check.performedOn || verifiedOn > today)) {
    errors.push({
      pointer: '/evidence/verifiedOn',
      message: 'Give a date from the day it was erased to today.',
    });
  }
  if (check.result === 'pass' && evidence.sdCardRemoved === false) {
    errors.push({
      pointer: '/evidence/sdCardRemoved',
      message:
        'Erasing a device leaves a memory card as it was. Take the card out, or record that it failed.',
    });
  }
  const { updatesEndOn } = evidence as { updatesEndOn?: string };
  if (updatesEndOn && updatesEndOn <= check.performedOn !== (check.result === 'fail'))
    errors.push({
      pointer: '/evidence/updatesEndOn',
      message:
        check.result === 'fail'
          ? 'It gets updates until then. Record that it passed, or give the day on which they ended.'
          : 'Updates had ended by then. Record that it failed, or give a later day.',
    });
  if (check.result === 'pass' && nextDue && nextDue <= today) {
    errors.push({ pointer: '/evidence/nextDue', message: 'Give a date after today.' });
  }
  return errors;
}

type CheckMade = { kind: CheckKind; result: 'pass' | 'fail'; nextDue: string | null };
export type CheckDue = { kind: CheckKind; nextDue: string; isOver: boolean };

/** How many days before it runs out a check is pointed out. */
const soonDays = 30;

/**
 * The checks of a device in stock or on loan that have run out by a civil date or do so within 30 days.
 * @param device its checks the newest first
 */
export function checksDue(device: { status: DeviceStatus; checks: CheckMade[] }, today: string): CheckDue[] {
  if (!['ready', 'reserved', 'on_loan'].includes(device.status)) return [];
  return latest(device.checks).flatMap(({ kind, result, nextDue }) =>
    result === 'pass' && nextDue && nextDue <= addDays(today, soonDays)
      ? [{ kind, nextDue, isOver: nextDue <= today }]
      : [],
  );
}

/** The checks that will run out, and so may be done again before they do. */
export function checksWithNext(device: { checks: CheckMade[] }): CheckKind[] {
  return latest(device.checks).flatMap(({ kind, nextDue }) => (nextDue ? [kind] : []));
}

const latest = (checks: CheckMade[]) =>
  checks.filter((check, place) => checks.findIndex(({ kind }) => kind === check.kind) === place);

function sameName(one: string, other: string): boolean {
  const plain = (name: string) => name.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toLowerCase();
  return plain(one) === plain(other);
}

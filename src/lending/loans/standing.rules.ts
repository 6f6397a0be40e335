import { Temporal } from 'temporal-polyfill';
import { count, date, inWords, lower } from '../../shared/formats.ts';
import { several } from '../../shared/sentences.ts';
import type { DeviceKind } from '../../stock/devices/device-kinds.rules.ts';
import type { LoanStatus } from './loan.rules.ts';

/** What of a loan says how it stands. Days are civil dates. */
type Standing = {
  status: LoanStatus;
  handoverOn: string;
  dueOn: string | null;
  reviewOn: string | null;
  closedOn: string | null;
  /** How many devices are out. */
  devicesOut: number;
  /** Accessories that are out, such as `Charger × 1`. */
  accessoriesOut: string[];
};

/** A loan that is due back within so many days is to be thought of. */
const nearDays = 7;

const daysTo = (day: string, today: string): number =>
  Temporal.PlainDate.from(today).until(Temporal.PlainDate.from(day)).days;

/**
 * How a loan stands, in one sentence or two.
 * @param today civil date
 */
export function loanStanding(loan: Standing, today: string): string {
  const { status, dueOn, reviewOn, closedOn, devicesOut, accessoriesOut } = loan;
  if (status === 'recorded_by_mistake') return 'It was recorded by mistake, and counts nowhere.';
  if (status === 'closed') return `Everything on this loan has come back or ended, on ${date(closedOn)}.`;
  const are = accessoriesOut.length === 1 ? 'is' : 'are';
  const only = devicesOut ? '' : `Only ${several(accessoriesOut)} ${are} out. `;
  if (!dueOn)
    return `${only}It stays open, with no date to come back.${reviewOn ? ` We look at it again on ${date(reviewOn)}.` : ''}`;
  const days = daysTo(dueOn, today);
  if (days < 0)
    return `${only}It was due back on ${date(dueOn)}. That is ${count(-days, 'day')} ago: a kind reminder or a call is the next step. Perhaps it is needed longer.`;
  const how = days === 0 ? ', today' : days <= nearDays ? `, in ${count(days, 'day')}` : '';
  return `${only}It is due back on ${date(dueOn)}${how}.`;
}

/**
 * The one thing that fits a loan next: what is over or nearly so comes back, what has no date is looked at on its day,
 * and on the day of the handover the agreement is printed. In between nothing does.
 * @param today civil date
 */
export function fitsNext(loan: Standing, today: string): 'return' | 'review' | 'agreement' | undefined {
  const { status, handoverOn, dueOn, reviewOn, devicesOut } = loan;
  if (status !== 'open') return undefined;
  if (!devicesOut || (dueOn && daysTo(dueOn, today) <= nearDays)) return 'return';
  if (!dueOn && reviewOn && reviewOn <= today) return 'review';
  return handoverOn === today ? 'agreement' : undefined;
}

/**
 * What a loan is of, such as `2 tablets and dongle`, for its heading.
 * @param kinds of its devices: of those that are out, else of all; where it has none, its accessories say it
 */
export function whatIsLent(kinds: DeviceKind[], accessories: string[]): string {
  if (!kinds.length) return several(accessories);
  const counts = new Map<DeviceKind, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return several(
    [...counts].map(([kind, n]) => (n === 1 ? lower(inWords(kind)) : count(n, lower(inWords(kind))))),
  );
}

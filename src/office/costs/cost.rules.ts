import { Temporal } from 'temporal-polyfill';
import { addDays } from '../../shared/clock.ts';
import { date } from '../../shared/formats.ts';
import { invalid } from '../../shared/problem.ts';

/** What money is spent on, in the order in which it is shown. */
export const costKinds = ['staff', 'devices', 'data', 'repairs', 'other'] as const;
export type CostKind = (typeof costKinds)[number];

/** Each kind in the scheme's words. */
export const costKindWords: Record<CostKind, string> = {
  staff: 'Staff',
  devices: 'Devices and accessories',
  data: 'Mobile data',
  repairs: 'Repairs',
  other: 'Other',
};

/** The most of one line, in pence: ten million pounds. */
export const mostPence = 1_000_000_000;

/** The half-years that costs may be of, by their first day, the one that runs first: it and the ten before. */
export function costHalfYears(today: string): string[] {
  const day = Temporal.PlainDate.from(today);
  const april = day.with({ month: 4, day: 1 });
  const start =
    day.month >= 10
      ? april.with({ month: 10 })
      : day.month >= 4
        ? april
        : april.subtract({ years: 1 }).with({ month: 10 });
  return Array.from({ length: 11 }, (_, index) => start.subtract({ months: 6 * index }).toString());
}

/** The last day of the half-year that begins on a day. */
export const halfYearEnd = (from: string): string =>
  addDays(Temporal.PlainDate.from(from).add({ months: 6 }).toString(), -1);

/** The first days of the half-years that lie wholly in a period. */
export function halfYearsWithin({ from, to }: { from: string; to: string }): string[] {
  const first = Temporal.PlainDate.from(from);
  const years = Array.from({ length: 7 }, (_, index) => first.year - 1 + index);
  return years
    .flatMap((year) => [`${year}-04-01`, `${year}-10-01`])
    .filter((start) => start >= from && halfYearEnd(start) <= to);
}

/** A half-year in words: `1 April 2026 to 30 September 2026`. */
export const halfYearWords = (from: string): string => `${date(from)} to ${date(halfYearEnd(from))}`;

/**
 * @param own the half-year that the line is of already
 * @throws Problem `invalid` for what is no half-year, has not begun, or is too long ago, and for hours that are not of staff
 */
export function assertCost(
  { from, kind, hours }: { from: string; kind: CostKind; hours?: number | null },
  today: string,
  own?: string,
): void {
  const all = costHalfYears(today);
  if (from !== own && !all.includes(from))
    throw invalid({
      pointer: '/from',
      message: `Give the first day of a half-year, from ${all.at(-1)} to ${all[0]}.`,
    });
  if (hours !== undefined && hours !== null && kind !== 'staff')
    throw invalid({ pointer: '/hours', message: 'Hours are of staff. Leave them out here.' });
}

/** Pence as pounds, to be typed: 125050 as `1250.50`. */
export const poundsTyped = (pence: number): string => {
  const rest = pence % 100;
  const whole = String((pence - rest) / 100);
  return rest ? `${whole}.${String(rest).padStart(2, '0')}` : whole;
};

/** Pence as they are shown: 125050 as `£1,250.50`. */
export const poundsShown = (pence: number): string =>
  `£${poundsTyped(pence).replace(/^\d+/, (whole) => Number(whole).toLocaleString('en-GB'))}`;

/**
 * What was typed as pounds, in pence: `£1,250.50`, `1250.5` or `1250`. Undefined for what is no amount.
 * It is read by its digits, so that no fraction is ever rounded.
 */
export function penceTyped(typed: string): number | undefined {
  const [, whole, rest = ''] = /^£? ?(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,2}))?$/.exec(typed.trim()) ?? [];
  if (whole === undefined) return undefined;
  const pence = Number(whole.replaceAll(',', '')) * 100 + Number(rest.padEnd(2, '0'));
  return pence <= mostPence ? pence : undefined;
}

import { Temporal } from 'temporal-polyfill';
import type { Period, Row } from './report.rules.ts';

/** The reports that the year is told from. */
export const yearReports = ['reach', 'referral-to-loan', 'follow-ups', 'confidence', 'losses'] as const;
export type YearReport = (typeof yearReports)[number];

/** What a report says of the year and of the year before it. */
type Figures = { now: Row; before: Row };
export type YearFigures = Record<YearReport, Figures>;

/**
 * The twelve months up to a day, and the twelve before them.
 * @param today civil date
 */
export function yearsTo(today: string): { now: Period; before: Period } {
  const to = Temporal.PlainDate.from(today);
  const from = to.subtract({ years: 1 }).add({ days: 1 });
  return {
    now: { from: from.toString(), to: today },
    before: { from: from.subtract({ years: 1 }).toString(), to: from.subtract({ days: 1 }).toString() },
  };
}

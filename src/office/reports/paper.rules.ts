import { invalid } from '../../shared/problem.ts';
import { halfYears } from './leaving.rules.ts';
import type { Period, ReadPart, ReportName, ReportRead } from './report.rules.ts';

/** The reports that a paper has its figures from. A paper that was kept may be without one that came later. */
export const paperReports: ReportName[] = [
  'need',
  'reach',
  'who-is-reached',
  'referral-to-loan',
  'losses',
  'follow-ups',
  'drop-ins',
  'confidence',
  'measures',
  'endings',
  'costs',
];

/** The two half-years of a paper, the earlier first. */
export type Halves = [Period, Period];
/** What is kept of a paper: whose it is, and the reports of both half-years as they leave the scheme. */
export type PaperContent = { scheme: string; halves: [ReportRead[], ReportRead[]] };

/** A number of a paper, with the cell that it is read from: of the figures at the top where it has no part and row. */
export type Figure = {
  shown: string;
  report: ReportName;
  half: 0 | 1;
  part: string | null;
  row: string | null;
  column: string;
};
/** Words and numbers in their order. */
export type Sentence = (string | Figure)[];
export type Section = { key: string; title: string; sentences: Sentence[]; charts: ReadPart[] };

/** Someone's own story, who agreed that it is told. */
export type Story = { title: string; words: string };

/**
 * The years that a paper may be of, the latest first: two half-years that follow each other and may leave the scheme.
 * Each figure is of one of them, so that years may overlap.
 */
export function paperYears(today: string): Halves[] {
  const all = halfYears(today);
  return all.slice(0, -1).map((later, at) => [all[at + 1]!, later]);
}

/** @throws Problem `invalid` for a day that no such year ends on */
export function paperYear(to: string, today: string): Halves {
  const years = paperYears(today);
  const found = years.find(([, later]) => later.to === to);
  if (found) return found;
  throw invalid({
    pointer: '/to',
    message: `Give the last day of a half-year that is over, such as ${years[0]![1].to}.`,
  });
}

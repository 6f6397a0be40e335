import { count, date } from '../../shared/formats.ts';
import { kindName, kindWord } from '../../stock/devices/device-kinds.rules.ts';
import type { Check } from './check.rules.ts';
import { type Forecast, type Part, weeksAhead } from './forecast.rules.ts';
import { type PartOf, partsOf } from './part.rules.ts';

/** The weeks that a table has a row of: about each month’s end. */
export const shownWeeks = [3, 7, 12, 16, 21, 25];

/** What a part is called, and what its numbers count. */
export function titleOf(of: PartOf): { title: string; about: string } {
  if ('hours' in of)
    return {
      title: 'Hours of support in a week',
      about:
        'The minutes of follow-ups that are planned, of those to be expected from new support plans, and of those beside a plan.',
    };
  if ('kind' in of)
    return {
      title: `${kindName(of.kind)}s ready or held for someone`,
      about:
        'Prepared, and not lent. Whoever waits is taken to accept another kind that meets the same need where the usual one is out.',
    };
  return of.need === 'device'
    ? { title: 'People waiting for a device', about: 'Accepted referrals with an open need for a device.' }
    : { title: 'People waiting for mobile data', about: 'Accepted referrals with an open need for data.' };
}

/** A band in words: `3 to 8`, or one number where both ends are the same. */
export const bandWords = (low: number, high: number): string =>
  low === high ? `${low}` : `${low} to ${high}`;

const withinWeeks = (weeks: number) =>
  weeks > weeksAhead ? `more than ${weeksAhead} weeks` : count(weeks, 'week');

const oneInTen = 0.1;

/** In how many runs something has come until each week, in words: of how many in all, and when of the first tenth. */
export function runsWords(shares: number[], weeks: string[]): string {
  const all = shares.at(-1)!;
  if (all === 0) return 'no run';
  if (all < oneInTen) return 'fewer than 1 of 10 runs';
  const first = shares.findIndex((share) => share >= oneInTen);
  return `about ${Math.round(10 * all)} of 10 runs (in 1 of 10 by ${date(weeks[first])})`;
}

/** What a part comes to, in sentences: as it is, and as it would be where something is wished. */
export function sentencesOf({ asItIs, whatIf, key }: Part, { weeks, known }: Forecast): string[] {
  const of = partsOf.get(key)!;
  if (!asItIs) return [];
  const quarter = 12;
  const then = date(weeks[quarter]);
  const said: string[] = [];
  if (asItIs.joining) {
    const wait = ({ low, high }: { low: number; high: number }) =>
      low === high ? `within ${withinWeeks(low)}` : `after ${withinWeeks(low)} to ${withinWeeks(high)}`;
    said.push(
      `Whoever joins today has it ${wait(asItIs.joining)}, in 8 of 10 runs${whatIf?.joining ? `; with what you asked, ${wait(whatIf.joining)}` : ''}.`,
    );
  }
  if (asItIs.longest) {
    const most = (weeks: number) =>
      weeks === 0 ? 'nobody waits' : `nobody has waited longer than ${count(weeks, 'week')}`;
    said.push(
      `On ${then}, ${most(asItIs.longest[quarter]!)} in 8 of 10 runs${whatIf?.longest ? `; with what you asked, ${most(whatIf.longest[quarter]!)}` : ''}.`,
    );
  }
  if ('kind' in of && asItIs.emptied)
    said.push(
      `A week ends with no ${kindWord(of.kind)} left, neither ready nor held for someone, in ${runsWords(asItIs.emptied, weeks)}${whatIf?.emptied ? `; with what you asked, in ${runsWords(whatIf.emptied, weeks)}` : ''}.`,
    );
  if (asItIs.short) {
    if (known.minutes > 0) {
      const tenths = (short: number[]) => Math.round(10 * Math.max(...short));
      said.push(
        `Supporters have ${Math.round(known.minutes / 6) / 10} hours a week. In the fullest week more are needed in ${tenths(asItIs.short)} of 10 runs${whatIf?.short ? `; with what you asked, in ${tenths(whatIf.short)} of 10` : ''}.`,
      );
    }
    if (known.unsaid > 0)
      said.push(
        `${count(known.unsaid, 'supporter has', 'supporters have')} not said how much time they have, and are not counted.`,
      );
  }
  return said;
}

/** What checking a part against the past showed, in words. */
export function checkWords({ month, quarter, off, offAsBefore }: Check, verdict: Part['verdict']): string {
  const all = month.of + quarter.of;
  if (all === 0)
    return 'It could not be held against the past yet: there has been too little history for that.';
  const held = [
    `In ${month.inside} of ${count(month.of, 'check')} the number a month later was within the band`,
    ...(quarter.of ? [`in ${quarter.inside} of ${quarter.of} the one three months later`] : []),
  ].join(', and ');
  if (verdict === 'few') return `${held}. These are too few checks to judge it by.`;
  if (verdict === 'wrong') return `${held}. That is too rare to be relied on, so it is not shown.`;
  const middle = `The middle was off by ${off} on average, where “as it was” would have been off by ${offAsBefore}`;
  return `${held}. ${middle}${verdict === 'no-better' ? ': look at the band, and not at its middle' : ''}.`;
}

import { Temporal } from 'temporal-polyfill';
import { languageName } from '../people/contact.rules.ts';
import { addDays } from '../shared/clock.ts';
import { inWords } from '../shared/formats.ts';
import { mondayOf } from './assignment.rules.ts';

/** The last day that a diary shows by itself: the Sunday of this week, and tomorrow at least. */
export function endOfDiary(today: string): string {
  return [addDays(mondayOf(today), 6), addDays(today, 1)].sort().at(-1)!;
}

/** The week that is planned by: on a Sunday the coming one, else the one that runs. A civil date in it. */
export const weekToPlan = (today: string): string =>
  Temporal.PlainDate.from(today).dayOfWeek === 7 ? addDays(today, 1) : today;

type Needs = { communicationNeeds: string[]; language: string | null };

/** What to know before a call, in a few words each: what is in another language has its name in that. */
export function flagsOf(
  { interpreter, way }: { interpreter: boolean; way: string },
  needs: Needs | undefined,
): { text: string; lang?: string }[] {
  const { communicationNeeds = [], language = null } = needs ?? {};
  return [
    ...(interpreter && way !== 'message' ? [{ text: 'with an interpreter' }] : []),
    ...(language ? [{ text: languageName(language) }] : []),
    ...communicationNeeds.map((need) => ({
      text: need === 'bsl' ? 'British Sign Language' : inWords(need).toLowerCase(),
    })),
  ];
}

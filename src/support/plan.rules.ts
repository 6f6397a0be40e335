import type { FieldError } from '../shared/problem.ts';
import { type Way, wayWords } from './support.rules.ts';

/** From where the days of a step are counted: on from the start, or back from the day the loan is due. */
export const countedFrom = ['start', 'due'] as const;
export const mostSteps = 12;

export type Step = {
  step: string;
  countedFrom: (typeof countedFrom)[number];
  days: number;
  way: Way;
  minutes: number;
  /** HH:MM in London. */
  startsAt: string;
  /** Working days from the reminder to the follow-up. */
  leadDays: number;
};

/** The steps in the order in which they come, what is counted from the start first. */
export function inOrder(steps: Step[]): Step[] {
  return [...steps].sort(
    (one, other) =>
      Number(one.countedFrom === 'due') - Number(other.countedFrom === 'due') ||
      (one.countedFrom === 'due' ? other.days - one.days : one.days - other.days),
  );
}

/** What is wrong with the steps of a plan as they were given. */
export function stepFaults(steps: Step[]): FieldError[] {
  const faults: FieldError[] = steps.flatMap(({ countedFrom, days }, place) =>
    steps.findIndex((one) => one.countedFrom === countedFrom && one.days === days) < place
      ? [{ pointer: `/steps/${place}/days`, message: 'Another step is on this day already.' }]
      : [],
  );
  if (!steps.some(({ countedFrom }) => countedFrom === 'start'))
    faults.push({
      pointer: '/steps/0/countedFrom',
      message: 'At least one step has to be counted from the start.',
    });
  return faults;
}

/** Whether two lists of steps, each in order, make the same follow-ups. */
export function sameSteps(one: Step[], other: Step[]): boolean {
  const parts = (steps: Step[]) =>
    JSON.stringify(
      steps.map(({ step, countedFrom, days, way, minutes, startsAt, leadDays }) => [
        step,
        countedFrom,
        days,
        way,
        minutes,
        startsAt,
        leadDays,
      ]),
    );
  return parts(one) === parts(other);
}

const some = (number: number, unit: string) => `${number} ${unit}${number === 1 ? '' : 's'}`;

/** When a step comes, in words: `2 days after the start`. */
function whenWords({ countedFrom, days }: Pick<Step, 'countedFrom' | 'days'>): string {
  if (countedFrom === 'due')
    return days === 0 ? 'on the day it is due back' : `${some(days, 'day')} before it is due back`;
  return days === 0 ? 'on the day it starts' : `${some(days, 'day')} after the start`;
}

/** How a step is done, in words: `phone call, 30 minutes, reminder 1 working day before`. */
function howWords({ way, minutes, leadDays }: Pick<Step, 'way' | 'minutes' | 'leadDays'>): string {
  return `${wayWords[way]}, ${some(minutes, 'minute')}, reminder ${some(leadDays, 'working day')} before`;
}

/** Steps in words, for pages that show and do not change them. */
export function stepLines(steps: Step[]) {
  return steps.map((step) => ({
    step: step.step,
    when: whenWords(step),
    how: howWords(step),
    startsAt: step.startsAt,
  }));
}

import type { FieldError } from '../../shared/problem.ts';

/** One question: its wording, the numbers of its answers with their labels, and whether it counts the other way round. */
export type Item = { wording: string; lowest: number; highest: number; labels: string[]; reversed: boolean };
/** How a total is made of the items that are answered, and how many may be missing. */
export type Totalling = { total: 'sum' | 'mean'; mayMiss: number; items: Item[] };

export const directions = ['higher', 'lower'] as const;
export const totals = ['sum', 'mean'] as const;
export const baselines = ['referral', 'handover'] as const;
export const mostItems = 60;

/** What someone says to an item: a number, nothing, or that they would rather not say. */
export type Answer = number | 'rather_not' | null;

/** What is wrong with the items of an instrument, and with how they are totalled. */
export function itemFaults({ items, mayMiss }: Totalling): FieldError[] {
  const errors: FieldError[] = items.flatMap(({ lowest, highest, labels }, row) => {
    const at = (name: string, message: string) => [{ pointer: `/items/${row}/${name}`, message }];
    if (highest <= lowest) return at('highest', 'Give a number above the lowest.');
    if (highest - lowest > 100) return at('highest', 'Give 101 answers at most.');
    const answers = highest - lowest + 1;
    if (![0, 2, answers].includes(labels.length))
      return at(
        'labels',
        `Give ${answers} labels, one for each answer, or two, for the lowest and the highest.`,
      );
    return [];
  });
  if (mayMiss >= items.length)
    errors.push({ pointer: '/mayMiss', message: 'Give a number below that of the items.' });
  return errors;
}

/** Whether the items, and how they are totalled, are the same. */
export const sameItems = (one: Totalling, other: Totalling): boolean => asText(one) === asText(other);

const asText = ({ total, mayMiss, items }: Totalling) =>
  JSON.stringify([
    total,
    mayMiss,
    items.map(({ wording, lowest, highest, labels, reversed }) => [
      wording,
      lowest,
      highest,
      labels,
      reversed,
    ]),
  ]);

/** Why an instrument is not to be used, in a sentence; null where it may be. */
export function whyNotUse({
  retired,
  licenceNeeded,
  licenceHeld,
}: {
  retired: boolean;
  licenceNeeded: boolean;
  licenceHeld: boolean;
}): string | null {
  if (retired) return 'It is no longer used.';
  return licenceNeeded && !licenceHeld ? 'It needs a licence, and none is held.' : null;
}

/** The answers that an item may have, each with its number and its label. */
export function choicesOf({ lowest, highest, labels }: Item): { value: string; text: string }[] {
  return Array.from({ length: highest - lowest + 1 }, (_, place) => {
    const value = lowest + place;
    const ends = labels.length === 2 ? (value === lowest ? 0 : value === highest ? 1 : -1) : place;
    const label = labels[ends];
    return { value: String(value), text: label ? `${value}: ${label}` : String(value) };
  });
}

/** What is wrong with answers to these items. */
export function answerFaults(items: Item[], answers: Answer[]): FieldError[] {
  if (answers.length !== items.length)
    return [{ pointer: '/answers', message: `Give ${items.length} answers, one for each item.` }];
  return answers.flatMap((answer, row) => {
    const { lowest, highest } = items[row]!;
    return typeof answer !== 'number' || (answer >= lowest && answer <= highest)
      ? []
      : [{ pointer: `/answers/${row}`, message: `Give a number from ${lowest} to ${highest}.` }];
  });
}

/**
 * The total of answers, to four decimals: reversed items count the other way round, and a sum with items missing is
 * that of the mean of the rest in their place. Null where more are missing than may be.
 */
export function totalOf({ items, total, mayMiss }: Totalling, answers: Answer[]): number | null {
  const scores = answers.flatMap((answer, row) => {
    const { lowest, highest, reversed } = items[row]!;
    return typeof answer !== 'number' ? [] : [reversed ? lowest + highest - answer : answer];
  });
  if (!scores.length || items.length - scores.length > mayMiss) return null;
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return Math.round((total === 'mean' ? mean : mean * items.length) * 10_000) / 10_000;
}

/** When an instrument is to be asked, and what is known of a person's help. Civil days. */
export type Planned = {
  baseline: (typeof baselines)[number] | null;
  repeatWeeks: number[];
  referredOn: string | null;
  startedOn: string | null;
  lastAskedOn: string | null;
};

/**
 * Since when an instrument is due to be asked on a civil day; null where it is not. What was asked since the last time
 * that it was due is not asked again.
 */
export function dueSince(planned: Planned, day: string, addDays: (day: string, days: number) => string) {
  const { baseline, repeatWeeks, referredOn, startedOn, lastAskedOn } = planned;
  const first = baseline === 'referral' ? referredOn : baseline === 'handover' ? startedOn : null;
  const repeats = startedOn ? repeatWeeks.map((weeks) => addDays(startedOn, 7 * weeks)) : [];
  const due = [first, ...repeats]
    .filter((one) => one !== null)
    .filter((one) => one <= day)
    .sort()
    .at(-1);
  return due && (lastAskedOn === null || lastAskedOn < due) ? due : null;
}

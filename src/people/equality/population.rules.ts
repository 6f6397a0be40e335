import type { FieldError } from '../../shared/problem.ts';
import { groupsOf, type QuestionName } from './equality.rules.ts';

/** Percentages by group, as the scheme brings them. */
export type Shares = Record<string, number>;

/** Published percentages are rounded: so far from 100 they may be together. */
const slack = 1;

/** What is wrong with the shares of a question: each of its groups has one, and together they are about 100. */
export function shareFaults(question: QuestionName, shares: Shares): FieldError[] {
  const groups = groupsOf(question);
  const strangers = Object.keys(shares).filter((name) => !groups.some(({ value }) => value === name));
  const missing = groups.filter(({ value }) => shares[value] === undefined);
  if (strangers.length || missing.length)
    return [
      ...missing.map(({ value }) => ({
        pointer: `/shares/${value}`,
        message: 'Enter a percentage; 0 where there is nobody.',
      })),
      ...strangers
        .map(() => ({ pointer: '/shares', message: 'Give the groups of this question alone.' }))
        .slice(0, 1),
    ];
  const together = Math.round(10 * groups.reduce((sum, { value }) => sum + shares[value]!, 0)) / 10;
  if (Math.abs(together - 100) <= slack) return [];
  return [
    {
      pointer: `/shares/${groups[0]!.value}`,
      message: `Together these are ${together}%. They have to be about 100%, from ${100 - slack} to ${100 + slack}.`,
    },
  ];
}

import { type FieldError, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';

/** What holds of sharing back when something is said of it, and the day on which that was said. */
export const Standing = { shareBackWithClinic: col.boolean, saidOn: col.text };
export type Standing = RowOf<typeof Standing>;

/** What is wrong with the day on which it was said: what was said last is what holds. */
export function consentErrors(said: Standing, before: Standing, today: string): FieldError[] {
  if (said.saidOn > today)
    return [
      {
        pointer: '/saidOn',
        message: 'This date is in the future. Give the day on which it was said.',
      },
    ];
  if (said.saidOn < before.saidOn)
    return [
      {
        pointer: '/saidOn',
        message: 'They agreed, or said something else, on a later day. Give that day or one after it.',
      },
    ];
  return [];
}

/** @throws Problem `conflict` when it holds already */
export function assertSaysOtherwise(said: Standing, before: Standing): void {
  if (said.shareBackWithClinic === before.shareBackWithClinic)
    throw new Problem('conflict', {
      detail: said.shareBackWithClinic
        ? 'It is recorded already: the clinic may be told.'
        : 'It is recorded already: the clinic may not be told.',
    });
}

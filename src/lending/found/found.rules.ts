import type { TaskKind } from '../../tasks/task.rules.ts';

/** What may be said by the code on a label: that it was found, or, by whoever has it, what they need. */
export const foundKinds = ['found', 'help', 'data', 'charger', 'ring'] as const;
export type FoundKind = (typeof foundKinds)[number];

/** What staff are asked to do about each. */
export const taskFor: Record<FoundKind, TaskKind> = {
  found: 'said_found',
  help: 'asked_for_help',
  data: 'said_run_out',
  charger: 'asked_for_charger',
  ring: 'asked_to_ring',
};

/** The most that a finder may write, in characters. */
export const mostFoundWords = 500;
/** The most that they may say of how they are reached, in characters. */
export const mostReach = 200;

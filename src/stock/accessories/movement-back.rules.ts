import type { Action } from '../../access/permissions.ts';
import { type LoggedKind, movementTexts } from './accessory.rules.ts';

/** Who takes back a movement, by when it was recorded: on a later day someone has ordered or counted by it. */
export const takesBackMovement = {
  'its own day': 'accessories.count',
  'a later day': 'accessories.take-back-later',
} as const satisfies Record<string, Action>;

/** What people know of a movement that they want to take back. */
export type MovementToTakeBack = {
  kind: LoggedKind;
  /** The reference of the loan that it is part of. */
  loan: string | null;
  /** Whether they were counted there since. */
  countedSince: boolean;
};

/** Why a movement is not taken back, with what has to be undone first; nothing where it can be. */
export function whyMovementStays({ kind, loan, countedSince }: MovementToTakeBack): string | undefined {
  if (loan) return `“${movementTexts[kind]}” is part of loan ${loan}. Put it right there.`;
  if (kind === 'taken_back') return 'This takes a mistake back. Record what happened again instead.';
  if (countedSince)
    return 'They were counted there since, so what is in stock is right. Take back that count first if it is wrong, or count again.';
  return undefined;
}

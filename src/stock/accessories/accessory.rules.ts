import type { FieldError } from '../../shared/problem.ts';

/** What people record of an accessory. */
export const movementKinds = ['received', 'counted', 'lost', 'damaged', 'moved'] as const;
export type MovementKind = (typeof movementKinds)[number];

/** What the log of an accessory holds: a move is two lines, and loans write theirs. */
export const loggedKinds = [
  'received',
  'issued',
  'returned',
  'moved_out',
  'moved_in',
  'lost',
  'damaged',
  'counted',
  'not_returned',
  'gifted',
  'taken_back',
  'issue_taken_back',
] as const;
export type LoggedKind = (typeof loggedKinds)[number];

/** What a line of the log says. */
export const movementTexts: Record<LoggedKind | MovementKind, string> = {
  received: 'Came in',
  counted: 'Counted',
  lost: 'Lost',
  damaged: 'Damaged, no longer lent',
  moved: 'Moved to another place',
  issued: 'Lent',
  returned: 'Came back',
  moved_out: 'Moved away',
  moved_in: 'Moved here',
  not_returned: 'Will not come back',
  gifted: 'Given as a gift',
  taken_back: 'Taken back',
  issue_taken_back: 'Never went out: the loan was recorded by mistake',
};

/** More than this of one kind in one place is a slip of the keyboard. */
export const mostOfOne = 100_000;

export type Movement = {
  kind: MovementKind;
  quantity: number;
  locationId: string;
  toLocationId?: string | undefined;
};

/** One line of the log: how the stock of a place changes, and how many were counted where the change does not say it. */
export type StockChange = {
  locationId: string;
  kind: LoggedKind;
  change: number;
  quantity?: number | undefined;
};

/** What is wrong with a movement before the stock is asked. */
export function movementErrors({ kind, quantity, locationId, toLocationId }: Movement): FieldError[] {
  const errors: FieldError[] = [];
  if (kind !== 'counted' && quantity === 0)
    errors.push({ pointer: '/quantity', message: 'Give a number from 1.' });
  if (kind === 'moved' && !toLocationId)
    errors.push({ pointer: '/toLocationId', message: 'Say where they go.' });
  if (kind === 'moved' && toLocationId === locationId)
    errors.push({ pointer: '/toLocationId', message: 'Choose another place than the one they come from.' });
  if (kind !== 'moved' && toLocationId)
    errors.push({ pointer: '/toLocationId', message: 'Only a move goes to another place.' });
  return errors;
}

/**
 * The lines that a movement writes. A count sets the quantity, so it logs the difference.
 * @param there how many the place holds now
 */
export function changesOf(
  { kind, quantity, locationId, toLocationId }: Movement,
  there: number,
): StockChange[] {
  switch (kind) {
    case 'received':
      return [{ locationId, kind, change: quantity }];
    case 'counted':
      return [{ locationId, kind, change: quantity - there, quantity }];
    case 'moved':
      return [
        { locationId, kind: 'moved_out', change: -quantity },
        { locationId: toLocationId!, kind: 'moved_in', change: quantity },
      ];
    default:
      return [{ locationId, kind, change: -quantity }];
  }
}

/** `Charger × 2`, as pages and messages of the API name so many of a kind. */
export const timesWords = ({ kind, quantity }: { kind: string; quantity: number }) => `${kind} × ${quantity}`;

import type { Actor, Role } from '../shared/actor.ts';
import { Problem } from '../shared/problem.ts';
import { type Action, may, permissions } from './permissions.ts';
import type { StaffRole } from './staff.rules.ts';

/** Whether a role opens patients’ records. */
const opensPatients = (role: Actor['role']) => role !== 'system' && may({ role }, 'patients.read');

/**
 * Nobody hands out more than they hold: who sees no patient makes no key that does.
 * @throws Problem `not-allowed`
 */
export function assertMayGrantKey({ role, type }: Pick<Actor, 'role' | 'type'>, granted: Role): void {
  if (type === 'system' || !opensPatients(granted) || opensPatients(role)) return;
  throw new Problem('not-allowed', {
    detail: 'A key of this role reads patients’ records, which you may not. Ask a manager to make it.',
  });
}

/** What of a role a key may have that only reads. */
export const readingOf = (role: Role): Action[] =>
  (Object.keys(permissions) as Action[]).filter(
    (action) => action.endsWith('.read') && may({ role }, action),
  );

/** Whether an account of this role reaches so far that a second person has to agree to what is done with it. */
export const reachesFar = (role: StaffRole): boolean => role === 'manager' || role === 'administrator';

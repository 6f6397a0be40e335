import { sql } from 'kysely';
import type { Context, Role } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid } from '../shared/problem.ts';
import { hashPassword } from './password.ts';

export type StaffRole = Exclude<Role, 'clinic' | 'integration'>;

/**
 * Adds a member of staff. Without a password the account has no way in until single sign-on,
 * which finds people by their email address, or a password is set.
 * @throws Problem `name-in-use` when someone has the email address, `invalid` for a short password
 */
export async function addStaff(
  deps: Deps,
  ctx: Context,
  person: { name: string; email: string; role: StaffRole; password?: string },
): Promise<{ id: string }> {
  if (person.password !== undefined && person.password.length < 12) {
    throw invalid({ pointer: '/password', message: 'Give a password of at least 12 characters.' });
  }
  const hash = person.password === undefined ? null : await hashPassword(person.password);
  return command(deps, ctx, async (trx) => {
    const id = newId();
    await sql`insert into staff (id, name, email, role, password_hash, created_at)
      values (${id}, ${person.name}, ${person.email.trim()}, ${person.role}, ${hash}, ${timestamp(deps.clock)})`.execute(
      trx,
    );
    await recordEvent(trx, deps, ctx, {
      type: 'staff.added',
      subjects: [['staff', id]],
      values: { role: person.role },
      fields: ['name', 'email'],
    });
    return { id };
  });
}

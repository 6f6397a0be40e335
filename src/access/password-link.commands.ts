import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { hashPassword } from './password.ts';
import { endSessions } from './session.commands.ts';
import { assertPassword, type StaffRole } from './staff.rules.ts';
import { keyedHash, newLinkToken } from './tokens.ts';

const hoursItWorks = 72;

/**
 * Makes a link by which someone sets their password: at first, or when they forgot it. Earlier ones stop.
 * Its token is given this once and only a hash of it is kept: the answer to a repeat has none.
 * @throws Problem `not-found`, `conflict` for someone who is suspended
 */
export async function addPasswordLink(
  deps: Deps,
  ctx: Context,
  staffId: string,
): Promise<{ expiresAt: string; token?: string }> {
  const token = newLinkToken();
  const { expiresAt } = await command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ suspended: boolean }>`/* staff.lock-one */
      select suspended_at is not null as suspended from staff where id = ${staffId} for no key update`.execute(
      trx,
    );
    if (!rows[0]) throw new Problem('not-found');
    if (rows[0].suspended)
      throw new Problem('conflict', { detail: 'They are suspended. Let them in again first.' });
    const at = timestamp(deps.clock);
    const expiresAt = deps.clock.now().add({ hours: hoursItWorks }).toString();
    await sql`/* password-link.add */
      with ended as (update password_link set ended_at = ${at} where staff_id = ${staffId} and ended_at is null)
      insert into password_link (token_hash, staff_id, created_at, expires_at)
      values (${hashOf(deps, token)}, ${staffId}, ${at}, ${expiresAt})`.execute(trx);
    await recordEvent(trx, deps, ctx, { type: 'staff.password_link_made', subjects: [['staff', staffId]] });
    return { expiresAt };
  });
  return ctx.once?.replayed ? { expiresAt } : { expiresAt, token };
}

type Owner = { id: string; name: string; email: string; role: StaffRole };

/**
 * Whose password a link sets.
 * @throws Problem `not-found` for one that ended, expired or never was
 */
export async function passwordLinkOwner(deps: Deps, token: string): Promise<Owner> {
  const { rows } = await sql<Owner>`/* password-link.owner */
    select p.id, p.name, p.email, p.role from password_link l join staff p on p.id = l.staff_id
    where l.token_hash = ${hashOf(deps, token)} and l.ended_at is null and l.expires_at > ${timestamp(deps.clock)}
      and p.suspended_at is null`.execute(deps.db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/**
 * Sets the password by a link, which ends with it, as do the sessions that were open.
 * @throws Problem `not-found` for a link that ended, `invalid` for a password that will not do
 */
export async function setPassword(
  deps: Deps,
  requestId: string,
  token: string,
  password: string,
): Promise<void> {
  const owner = await passwordLinkOwner(deps, token);
  assertPassword(password, owner);
  const hash = await hashPassword(password);
  const { id, name, role } = owner;
  const ctx: Context = { actor: { type: 'staff', id, name, role }, requestId };
  await command(deps, ctx, async (trx) => {
    const at = timestamp(deps.clock);
    const { numAffectedRows } = await sql`/* password-link.use */
      update password_link set ended_at = ${at} where token_hash = ${hashOf(deps, token)} and ended_at is null`.execute(
      trx,
    );
    if (!numAffectedRows) throw new Problem('not-found');
    await sql`/* staff.set-password */ update staff set password_hash = ${hash}, changed_at = ${at} where id = ${id}`.execute(
      trx,
    );
    await endSessions(trx, deps, id);
    await recordEvent(trx, deps, ctx, { type: 'staff.password_set', subjects: [['staff', id]] });
  });
}

const hashOf = (deps: Deps, token: string) => keyedHash(deps.config.SECRET, 'password-link', token);

import type { Context, Whence } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { reachesFar } from './grants.ts';
import { hashPassword } from './password.ts';
import { assertPassword } from './password-choice.ts';
import { byTwo, wantSecondPerson } from './second-person.commands.ts';
import { noteSecurity } from './security-log.commands.ts';
import { endSessions } from './session.commands.ts';
import { release } from './sign-in.commands.ts';
import { maySignInLocally } from './sign-on.rules.ts';
import { staffRoles } from './staff.rules.ts';
import { keyedHash, newLinkToken } from './tokens.ts';

const hoursItWorks = 72;

/**
 * Makes a link by which someone sets their password: at first, or when they forgot it. Earlier ones stop.
 * Its token is given this once and only a hash of it is kept: the answer to a repeat has none.
 * @throws Problem `not-found`, `conflict` for someone who is suspended, `second-person-required`
 */
export async function addPasswordLink(
  deps: Deps,
  ctx: Context,
  staffId: string,
): Promise<{ expiresAt: string; token?: string }> {
  const token = newLinkToken();
  const { expiresAt } = await byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      const row = await maybe(work.trx, 'staff.lock-one', {
        suspended: col.boolean,
        role: col.oneOf(staffRoles),
      })`
      select suspended_at is not null as suspended, role from staff where id = ${staffId} for no key update`;
      if (!row) throw new Problem('not-found');
      if (row.suspended)
        throw new Problem('conflict', { detail: 'They are suspended. Let them in again first.' });
      if (reachesFar(row.role) && ctx.actor.id !== staffId)
        await wantSecondPerson(work, { kind: 'password_link', subjectId: staffId });
      const { at } = work;
      const expiresAt = deps.clock.now().add({ hours: hoursItWorks }).toString();
      await run(work.trx, 'password-link.add')`
      with ended as (update password_link set ended_at = ${at} where staff_id = ${staffId} and ended_at is null)
      insert into password_link (token_hash, staff_id, created_at, expires_at)
      values (${hashOf(deps, token)}, ${staffId}, ${at}, ${expiresAt})`;
      await recordEvent(work, { type: 'staff.password_link_made', subjects: [['staff', staffId]] });
      return { expiresAt };
    }),
  );
  return ctx.once?.replayed ? { expiresAt } : { expiresAt, token };
}

const Owner = { id: col.text, name: col.text, email: col.text, role: col.oneOf(staffRoles) };
type Owner = RowOf<typeof Owner>;

/**
 * Whose password a link sets.
 * @throws Problem `not-found` for one that ended, expired or never was
 */
export async function passwordLinkOwner(deps: Deps, token: string, db: Reader = deps.db): Promise<Owner> {
  const row = await maybe(db, 'password-link.owner', Owner)`
    select p.id, p.name, p.email, p.role from password_link l join staff p on p.id = l.staff_id
    where l.token_hash = ${hashOf(deps, token)} and l.ended_at is null and l.expires_at > ${timestamp(deps.clock)}
      and p.suspended_at is null`;
  if (!row) throw new Problem('not-found');
  return row;
}

/**
 * Sets the password by a link, which ends with it, as do the sessions that were open and any wait after wrong ones.
 * @throws Problem `not-found` for a link that ended, `invalid` for a password that will not do
 */
export async function setPassword(
  deps: Deps,
  { id: requestId, from }: { id: string; from: Whence },
  token: string,
  password: string,
): Promise<void> {
  const owner = await passwordLinkOwner(deps, token);
  if (!maySignInLocally(deps.config, owner.email))
    throw invalid({
      pointer: '/password',
      message: 'Passwords are not used here. Sign in with your work account.',
    });
  await assertPassword(deps, deps.db, password, owner);
  const hash = await hashPassword(password);
  const { id, name, role } = owner;
  const ctx: Context = { actor: { type: 'staff', id, name, role }, requestId, from };
  await command(deps, ctx, async (work) => {
    const { at } = work;
    await endPasswordLink(work, token);
    await run(
      work.trx,
      'staff.set-password',
      work.trx.updateTable('staff').set({ password_hash: hash, changed_at: at }).where('id', '=', id),
    );
    await endSessions(work, id);
    await release(work, id);
    await noteSecurity(work, { kind: 'password_set', staffId: id });
    await recordEvent(work, { type: 'staff.password_set', subjects: [['staff', id]] });
  });
}

/**
 * Ends a link that has done what it was made for, inside a command's transaction.
 * @throws Problem `not-found` for one that ended meanwhile
 */
export async function endPasswordLink({ trx, deps, at }: Work, token: string): Promise<void> {
  const used = await run(
    trx,
    'password-link.use',
    trx
      .updateTable('password_link')
      .set({ ended_at: at })
      .where('token_hash', '=', hashOf(deps, token))
      .where('ended_at', 'is', null),
  );
  if (!used) throw new Problem('not-found');
}

const hashOf = (deps: Deps, token: string) => keyedHash(deps.key, 'password-link', token);

import { type Actor, type Context, systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { each, maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { waitAfter, waitInWords } from './access.rules.ts';
import { isPassword } from './password.ts';
import { staffRoles } from './staff.rules.ts';
import { keyedHash, newToken } from './tokens.ts';

/**
 * Opens a session for an email address and its password.
 *
 * The try is counted before the password is looked at, in a transaction of its own, so that
 * many guesses at once get no more tries than one after another. Nothing in reply or timing
 * tells whether anyone has the address. Single sign-on is another way to `openSession`; a
 * second factor is asked for between the password and `openSession`.
 * @returns the session's token, for the cookie, and whose it is
 * @throws Problem `invalid` for a wrong pair, `too-many-requests` while the account waits
 */
export async function signIn(
  deps: Deps,
  requestId: string,
  given: { email: string; password: string },
): Promise<{ token: string; actor: Actor }> {
  const address = readEmail(given.email);
  const email = ('value' in address ? address.value : given.email.trim()).toLowerCase();
  const account = keyedHash(deps.config.SECRET, 'account', email);
  await countTry(deps, account);
  const person = await maybe(deps.db, each('session.sign-in'), {
    id: col.text,
    name: col.text,
    role: col.oneOf(staffRoles),
    hash: col.orNull(col.text),
  })`
    select id, name, role, password_hash as hash from staff where lower(email) = ${email} and suspended_at is null`;
  if (!(await isPassword(given.password, person?.hash)) || !person) {
    if (person) {
      const ctx = systemContext(requestId);
      await command(deps, ctx, (work) =>
        recordEvent(work, { type: 'staff.sign_in_refused', subjects: [['staff', person.id]] }),
      );
    }
    throw invalid({
      pointer: '/email',
      message: 'Check your email address and password. They do not match an account.',
    });
  }
  const actor: Actor = { type: 'staff', id: person.id, name: person.name, role: person.role };
  const ctx: Context = { actor, requestId };
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'session.forget-tries')`delete from sign_in_throttle where account in (
      select account from sign_in_throttle
      where account = ${account} or failed_at < ${work.at}::timestamptz - interval '1 day'
      for update skip locked)`;
    return { token: await openSession(work, person.id), actor };
  });
}

/** Counts a try to sign in, and refuses it while the account waits. Yesterday's tries are forgotten. */
async function countTry(deps: Deps, account: Buffer): Promise<void> {
  const now = timestamp(deps.clock);
  const seconds = await deps.db.transaction().execute(async (trx) => {
    const { failures, seconds } = await one(trx, 'session.count-try', {
      failures: col.number,
      seconds: col.number,
    })`
      insert into sign_in_throttle as t (account, failures, failed_at) values (${account}, 0, ${now})
      on conflict (account) do update
        set failures = case when t.failed_at < ${now}::timestamptz - interval '1 day' then 0 else t.failures end
      returning failures, coalesce(extract(epoch from waits_until - ${now}::timestamptz), 0)::float8 as seconds`;
    if (seconds > 0) return seconds;
    await run(
      trx,
      'session.put-off',
    )`update sign_in_throttle set failures = ${failures + 1}, failed_at = ${now},
        waits_until = ${now}::timestamptz + make_interval(secs => ${waitAfter(failures + 1)}::float8)
      where account = ${account}`;
    return 0;
  });
  if (seconds > 0) {
    throw new Problem('too-many-requests', {
      detail: `There have been several tries with a password that does not match. Wait ${waitInWords(seconds)}, then try again.`,
    });
  }
}

/** Opens a session for someone who has shown who they are, whichever way. Returns its token. */
export async function openSession(work: Work, staffId: string): Promise<string> {
  const token = newToken();
  const now = work.at;
  await run(
    work.trx,
    'session.open',
  )`insert into session (token_hash, staff_id, created_at, seen_at, expires_at)
    values (${keyedHash(work.deps.config.SECRET, 'session', token)}, ${staffId}, ${now}, ${now},
      ${now}::timestamptz + make_interval(hours => ${work.deps.config.SESSION_HOURS}::int))`;
  await recordEvent(work, { type: 'staff.signed_in', subjects: [['staff', staffId]] });
  return token;
}

/** Ends the session of the caller. */
export async function signOut(
  deps: Deps,
  ctx: Context,
  session: { tokenHash: Buffer; staffId: string },
): Promise<void> {
  await command(deps, ctx, async (work) => {
    await run(
      work.trx,
      'session.sign-out',
      work.trx
        .updateTable('session')
        .set({ revoked_at: work.at })
        .where('token_hash', '=', session.tokenHash)
        .where('revoked_at', 'is', null),
    );
    await recordEvent(work, { type: 'staff.signed_out', subjects: [['staff', session.staffId]] });
  });
}

/** Ends every session of a member of staff, for a lost laptop or someone who has left. */
export async function revokeSessions(deps: Deps, ctx: Context, staffId: string): Promise<{ count: number }> {
  return command(deps, ctx, async (work) => {
    const count = await endSessions(work, staffId);
    await recordEvent(work, {
      type: 'staff.sessions_revoked',
      subjects: [['staff', staffId]],
      values: { count },
    });
    return { count };
  });
}

/** The same inside a command's transaction; how many. */
export async function endSessions(work: Work, staffId: string): Promise<number> {
  const ended = await run(
    work.trx,
    'session.end-all',
    work.trx
      .updateTable('session')
      .set({ revoked_at: work.at })
      .where('staff_id', '=', staffId)
      .where('revoked_at', 'is', null),
  );
  return Number(ended ?? 0);
}

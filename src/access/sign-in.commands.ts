import { sql } from 'kysely';
import { type Actor, type Context, systemContext, type Whence } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { readEmail } from '../shared/email.ts';
import { recordEvent } from '../shared/events.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { each, maybe, one } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { NeededStep, SignInWay } from './access.queries.ts';
import { isPassword } from './password.ts';
import { insertNote, noteRefusal, noteSecurity } from './security-log.commands.ts';
import { openSession, type SessionThere } from './session.commands.ts';
import { breakGlassOf, maySignInLocally } from './sign-on.rules.ts';
import { staffRoles } from './staff.rules.ts';
import { countTry, forgetTries, isTried, ownTry, releaseTries, type Try } from './throttle.commands.ts';
import { keyedHash, newToken } from './tokens.ts';
import { networkOf } from './whence.ts';

/** Where a sign-in comes from, with what the browser brings from before: its mark, and the session in its cookie. `there` is the session at a provider of single sign-on. */
export type Arrival = Whence & {
  mark?: string | undefined;
  instead?: Buffer | undefined;
  there?: SessionThere | undefined;
};

/** A session that was opened: its token for the cookie, whose it is, what is still missing, and the mark of a browser that is known now. */
export type SignedIn = { token: string; actor: Actor; needs: NeededStep | null; mark?: string };

const Person = {
  id: col.text,
  name: col.text,
  role: col.oneOf(staffRoles),
  hash: col.orNull(col.text),
  hasFactor: col.boolean,
  wantsFactor: col.boolean,
  isKnown: col.boolean,
};

/**
 * Opens a session for an email address and its password; one that still needs the second step, for whoever has or must have
 * one. The try is counted before the password is looked at. Nothing in reply or timing tells whether anyone has the address.
 * @throws Problem `invalid` for a wrong pair, `too-many-requests` while the account waits there
 */
export async function signIn(
  deps: Deps,
  requestId: string,
  given: { email: string; password: string },
  arrival: Arrival = { address: '', browser: '' },
): Promise<SignedIn> {
  const address = readEmail(given.email);
  const email = ('value' in address ? address.value : given.email.trim()).toLowerCase();
  const mark = keyedHash(deps.key, 'browser', arrival.mark ?? '');
  if (!maySignInLocally(deps.config, email)) {
    const from = { address: arrival.address, browser: arrival.browser };
    await noteRefusal(deps, { requestId, from }, { kind: 'sign_on_refused', about: 'local_sign_in_closed' });
    throw localIsClosed();
  }
  const person = await maybe(deps.db, each('sign-in.person'), Person)`
    select p.id, p.name, p.role, p.password_hash as hash, ${hasFactor} as "hasFactor", ${wantsFactor} as "wantsFactor",
      exists (select from known_browser k where k.staff_id = p.id and k.hash = ${mark}) as "isKnown"
    from staff p where lower(p.email) = ${email} and p.suspended_at is null`;
  const account = accountKey(deps, email);
  const isKnown = person?.isKnown ?? false;
  const tried: Try = {
    account,
    isKnown,
    origin: isKnown ? mark : keyedHash(deps.key, 'network', networkOf(arrival.address)),
  };
  const from = { address: arrival.address, browser: arrival.browser };
  const stranger = { requestId, from };
  const who = person ? { staffId: person.id } : { about: account.toString('base64url').slice(0, 8) };
  const breaksGlass = breakGlassOf(deps.config) === email;
  const noteGlass = async (outcome: string) => {
    if (breaksGlass) await noteRefusal(deps, stranger, { kind: 'break_glass_used', ...who, about: outcome });
  };
  const { alarm } = await countTry(deps, tried).catch(async (error) => {
    await insertNote(deps, deps.db, stranger, { kind: 'sign_in_waits', ...who });
    await noteGlass('refused');
    throw error;
  });
  if (alarm && person)
    await insertNote(deps, deps.db, stranger, { kind: 'account_under_attack', staffId: person.id });
  if (!(await isPassword(given.password, person?.hash)) || !person) {
    await refuse(deps, stranger, who, person?.id);
    await noteGlass('refused');
    throw breakGlassOf(deps.config)
      ? localIsClosed()
      : invalid({
          pointer: '/email',
          message: 'Check your email address and password. They do not match an account.',
        });
  }
  const { id, name, role } = person;
  const actor: Actor = { type: 'staff', id, name, role };
  const needs = person.hasFactor ? 'factor' : person.wantsFactor ? 'enrolment' : null;
  if (needs) await noteGlass('the password was right');
  return command(deps, { actor, requestId, from }, async (work) => {
    await forgetTries(work.trx, tried);
    if (!needs) return completeSignIn(work, actor, 'password', arrival);
    const token = await openSession(work, id, { needs, instead: arrival.instead });
    return { token, actor, needs };
  });
}

/** Whether staff `p` have a second step, and whether their role must. */
const hasFactor = sql`exists (select from factor f where f.staff_id = p.id and f.removed_at is null)`;
const wantsFactor = sql`p.role = any ((select factor_roles from sign_in_policy)::text[])`;

/** The log says that it was tried, of an account by name and of any other by a word that reveals no address. */
async function refuse(
  deps: Deps,
  stranger: { requestId: string; from: Whence },
  who: { staffId?: string; about?: string },
  staffId: string | undefined,
): Promise<void> {
  const kind = staffId ? 'sign_in_refused' : 'sign_in_unknown';
  const ctx: Context = { ...systemContext(stranger.requestId), from: stranger.from };
  await command(deps, ctx, async (work) => {
    if (staffId) await recordEvent(work, { type: 'staff.sign_in_refused', subjects: [['staff', staffId]] });
    await insertNote(deps, work.trx, stranger, { kind, ...who });
  });
}

/** Opens the session of someone who has shown all that is wanted, and knows their browser from now on. */
export async function completeSignIn(
  work: Work,
  actor: Actor,
  way: SignInWay,
  arrival: Arrival,
): Promise<SignedIn> {
  const { deps, trx, at } = work;
  const staffId = actor.id!;
  if (way !== 'single_sign_on' && breakGlassOf(deps.config)) await breakGlass(work, staffId, way);
  const token = await openSession(work, staffId, { way, instead: arrival.instead, there: arrival.there });
  const mark = arrival.mark ?? newToken();
  const seen = await one(trx, 'sign-in.know-browser', { isNew: col.boolean, isFirst: col.boolean })`
    with known as (
      insert into known_browser as k (hash, staff_id, first_at, seen_at)
      values (${keyedHash(deps.key, 'browser', mark)}, ${staffId}, ${at}, ${at})
      on conflict (staff_id, hash) do update set seen_at = excluded.seen_at returning k.xmax = 0 as fresh
    )
    select fresh as "isNew", not exists (select from known_browser b where b.staff_id = ${staffId}) as "isFirst" from known`;
  await recordEvent(work, { type: 'staff.signed_in', subjects: [['staff', staffId]] });
  await noteSecurity(work, { kind: 'signed_in', staffId, about: way });
  if (seen.isNew && !seen.isFirst) await noteSecurity(work, { kind: 'signed_in_elsewhere', staffId });
  return { token, actor, needs: null, mark };
}

/** Lets one account in where local sign-in is closed, and raises the alarm. @throws Problem `invalid` for any other */
async function breakGlass(work: Work, staffId: string, way: SignInWay): Promise<void> {
  const { email } = await one(
    work.trx,
    'sign-in.break-glass',
    work.trx.selectFrom('staff').select('email').where('id', '=', staffId),
  );
  if (!maySignInLocally(work.deps.config, email)) throw localIsClosed();
  await noteSecurity(work, { kind: 'break_glass_used', staffId, about: `signed in by ${way}` });
}

const localIsClosed = () =>
  invalid({
    pointer: '/email',
    message: 'Passwords are not used here, but for one account. Sign in with your work account.',
  });

const accountKey = (deps: Deps, email: string) => keyedHash(deps.key, 'account', email.toLowerCase());

/** Whether wrong passwords of an account are counted. */
export const hasTries = (deps: Deps, email: string): Promise<boolean> =>
  isTried(deps.db, accountKey(deps, email));

/**
 * Ends the wait of an account after wrong passwords, wherever it waits.
 * @throws Problem `not-found`
 */
export async function releaseAccount(
  deps: Deps,
  ctx: Context,
  staffId: string,
): Promise<{ hadWaited: boolean }> {
  return command(deps, ctx, async (work) => {
    const hadWaited = await release(work, staffId);
    if (hadWaited) await noteSecurity(work, { kind: 'sign_in_released', staffId });
    return { hadWaited };
  });
}

/** The same inside a command's transaction. */
export async function release({ trx, deps }: Work, staffId: string): Promise<boolean> {
  const person = await maybe(
    trx,
    'sign-in.email',
    trx.selectFrom('staff').select('email').where('id', '=', staffId),
  );
  if (!person) throw new Problem('not-found');
  const accounts = [
    accountKey(deps, person.email),
    ownTry(deps, 'factor', staffId).account,
    ownTry(deps, 'own', staffId).account,
  ];
  let hadWaited = false;
  for (const account of accounts) hadWaited = (await releaseTries(trx, account)) || hadWaited;
  return hadWaited;
}

import { randomInt } from 'node:crypto';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { seal, unseal } from '../shared/seal.ts';
import { each, many, maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { SignInWay } from './access.queries.ts';
import { factorsOf } from './factor.queries.ts';
import { type FactorKind, factorKinds, isAppCode, plainCode, recoveryCodes } from './factor.rules.ts';
import { reachesFar } from './grants.ts';
import { newCodeSecret, stepOfCode } from './one-time-code.ts';
import { byTwo, wantSecondPerson } from './second-person.commands.ts';
import { noteSecurity } from './security-log.commands.ts';
import { endSessions } from './session.commands.ts';
import { type StaffRole, staffRoles } from './staff.rules.ts';
import { countTry, forgetTries, ownTry, releaseTries } from './throttle.commands.ts';
import { factorKey, keyedHash } from './tokens.ts';

/** How long the secret of an app may wait on a page until its first code is typed, in minutes. */
const minutesToSetUp = 30;

type Offered = { staffId: string; secret: string; until: string };

/** A secret for the app of someone who sets one up, and the same sealed, for the form that comes back with the first code. */
export function offerCode(deps: Deps, staffId: string): { secret: string; sealed: string } {
  const secret = newCodeSecret();
  const until = deps.clock.now().add({ minutes: minutesToSetUp }).toString();
  const offered: Offered = { staffId, secret, until };
  return { secret, sealed: seal(offerKey(deps), offered).toString('base64url') };
}

/** The secret that a form brings back; undefined when it is another's, too old or not from us. */
export function offeredSecret(deps: Deps, sealed: string, staffId: string): string | undefined {
  try {
    const offered = unseal(offerKey(deps), Buffer.from(sealed, 'base64url')) as Offered;
    const isIt = offered.staffId === staffId && offered.until > deps.clock.now().toString();
    return isIt ? offered.secret : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Adds an app that shows codes, in place of one before it, once its first code is right; with recovery codes for whoever has none.
 * @returns the recovery codes, shown this once; empty for who has some
 * @throws Problem `invalid`
 */
export async function addCodeFactor(
  work: Work,
  staffId: string,
  given: { sealed: string; code: string },
): Promise<string[]> {
  const { trx, deps, at } = work;
  await lockFactors(work, staffId);
  const secret = offeredSecret(deps, given.sealed, staffId);
  if (!secret)
    throw invalid({
      pointer: '/code',
      message: 'The picture is too old. Scan this one, then type its code.',
    });
  const step = stepOfCode(secret, plainCode(given.code), deps.clock.now().epochMilliseconds);
  if (step === undefined)
    throw invalid({
      pointer: '/code',
      message: 'The code does not match. Type the six digits that the app shows now.',
    });
  await run(trx, 'factor.replace-code')`
    update factor set removed_at = ${at} where staff_id = ${staffId} and kind = 'code' and removed_at is null`;
  await run(
    trx,
    'factor.add-code',
    trx.insertInto('factor').values({
      id: newId(),
      staff_id: staffId,
      kind: 'code',
      name: 'App on a phone',
      sealed_secret: seal(factorKey(deps, staffId), secret),
      last_step: step,
      created_at: at,
      used_at: at,
    }),
  );
  return factorAdded(work, staffId, 'code');
}

/** What follows from another second step: it is noted, and who has no recovery codes is given some. */
export async function factorAdded(work: Work, staffId: string, kind: FactorKind): Promise<string[]> {
  await recordEvent(work, { type: 'staff.factor_added', subjects: [['staff', staffId]], values: { kind } });
  await noteSecurity(work, { kind: 'factor_added', staffId, about: kind });
  // Who was half-way in by the password alone begins again, and is asked for it.
  await run(
    work.trx,
    'session.end-half',
    work.trx
      .updateTable('session')
      .set({ revoked_at: work.at })
      .where('staff_id', '=', staffId)
      .where('needs', 'is not', null)
      .where('revoked_at', 'is', null),
  );
  const left = await many(work.trx, 'factor.recovery-left', {})`
    select from recovery_code where staff_id = ${staffId} and used_at is null limit 1`;
  return left.length ? [] : makeRecoveryCodes(work, staffId);
}

/** New recovery codes in place of those before. They are given this once; only hashes are kept. */
export async function makeRecoveryCodes({ trx, deps, at }: Work, staffId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodes }, newRecoveryCode);
  const hashes = codes.map((code) => recoveryHash(deps, staffId, code));
  await run(trx, 'factor.make-recovery')`
    with gone as (delete from recovery_code where staff_id = ${staffId})
    insert into recovery_code (hash, staff_id, created_at)
    select x.hash, ${staffId}, ${at} from unnest(${hashes}::bytea[]) x (hash)`;
  return codes;
}

/**
 * Makes new recovery codes for someone who looks after their own.
 * @throws Problem `conflict` for who has no second step
 */
export async function renewRecoveryCodes(deps: Deps, ctx: Context, staffId: string): Promise<string[]> {
  return command(deps, { ...ctx, once: undefined }, async (work) => {
    await lockFactors(work, staffId);
    const has = await maybe(
      work.trx,
      'factor.any',
      work.trx
        .selectFrom('factor')
        .select('id')
        .where('staff_id', '=', staffId)
        .where('removed_at', 'is', null),
    );
    if (!has) throw new Problem('conflict', { detail: 'Set up a second step first.' });
    await noteSecurity(work, { kind: 'recovery_codes_made', staffId });
    return makeRecoveryCodes(work, staffId);
  });
}

/**
 * Holds what someone typed to the codes of their own app and, where they may, to their recovery codes: each counts once,
 * also for two at once. The try is counted before.
 * @returns which of them it was
 * @throws Problem `invalid`, `too-many-requests`
 */
export async function checkCode(
  deps: Deps,
  ctx: Context,
  typed: string,
  { recovery }: { recovery: boolean },
): Promise<SignInWay> {
  const staffId = ctx.actor.id!;
  const tried = ownTry(deps, 'factor', staffId);
  const { alarm } = await countTry(deps, tried);
  const code = plainCode(typed);
  const way = isAppCode(code)
    ? (await isTakenCode(deps, staffId, code)) && 'code'
    : recovery && (await isTakenRecovery(deps, staffId, code)) && 'recovery_code';
  await command(deps, { ...ctx, once: undefined }, async (work) => {
    if (way) await forgetTries(work.trx, tried);
    if (way !== 'code')
      await noteSecurity(work, { kind: way ? 'recovery_code_used' : 'factor_refused', staffId });
    if (!way && alarm) await noteSecurity(work, { kind: 'code_guessed', staffId });
  });
  if (way) return way;
  const orRecovery = recovery ? ', or a recovery code' : '';
  throw invalid({
    pointer: '/code',
    message: `This code does not match, or was used before. Type the six digits that the app shows now${orRecovery}.`,
  });
}

/** Takes a code of the app: none of its 30 seconds, or of those before, is taken again. */
async function isTakenCode(deps: Deps, staffId: string, code: string): Promise<boolean> {
  const app = await maybe(deps.db, each('factor.app'), { id: col.text, sealed: col.bytes })`
    select id, sealed_secret as sealed from factor where staff_id = ${staffId} and kind = 'code' and removed_at is null`;
  if (!app) return false;
  const secret = unseal(factorKey(deps, staffId), app.sealed) as string;
  const step = stepOfCode(secret, code, deps.clock.now().epochMilliseconds);
  if (step === undefined) return false;
  const taken = await run(deps.db, each('factor.take-code'))`
    update factor set last_step = ${step}, used_at = ${deps.clock.now().toString()}
    where id = ${app.id} and last_step < ${step} and removed_at is null`;
  return Number(taken ?? 0) === 1;
}

async function isTakenRecovery(deps: Deps, staffId: string, code: string): Promise<boolean> {
  const taken = await run(deps.db, each('factor.take-recovery'))`
    update recovery_code set used_at = ${deps.clock.now().toString()}
    where hash = ${recoveryHash(deps, staffId, code)} and staff_id = ${staffId} and used_at is null`;
  return Number(taken ?? 0) === 1;
}

/**
 * Removes a second step of one's own.
 * @throws Problem `not-found`, `conflict` for the last one of someone whose role must have one
 */
export async function removeFactor(
  deps: Deps,
  ctx: Context,
  staffId: string,
  factorId: string,
): Promise<void> {
  await command(deps, ctx, async (work) => {
    const { isWanted } = await lockFactors(work, staffId);
    const factors = await many(work.trx, 'factor.of', { id: col.text, kind: col.oneOf(factorKinds) })`
      select id, kind from factor where staff_id = ${staffId} and removed_at is null`;
    const gone = factors.find(({ id }) => id === factorId);
    if (!gone) throw new Problem('not-found');
    if (isWanted && factors.length === 1)
      throw new Problem('conflict', {
        detail: 'Your role needs a second step. Add another before you remove this one.',
      });
    await run(work.trx, 'factor.remove')`
      with f as (update factor set removed_at = ${work.at} where id = ${factorId})
      delete from recovery_code where staff_id = ${staffId} and ${factors.length === 1}`;
    await recordEvent(work, {
      type: 'staff.factor_removed',
      subjects: [['staff', staffId]],
      values: { kind: gone.kind },
    });
    await noteSecurity(work, { kind: 'factor_removed', staffId, about: gone.kind });
  });
}

/**
 * Takes away all second steps of someone who lost theirs; they are signed out and set up new ones. Their password stays.
 * @throws Problem `not-found`, `not-allowed` for one's own, `conflict` where there are none, `second-person-required`
 */
export async function resetFactors(deps: Deps, ctx: Context, staffId: string): Promise<void> {
  if (ctx.actor.id === staffId)
    throw new Problem('not-allowed', { detail: 'Someone else resets your second step.' });
  await byTwo(deps, ctx, () =>
    command(deps, ctx, async (work) => {
      const { role } = await lockFactors(work, staffId);
      if (reachesFar(role)) await wantSecondPerson(work, { kind: 'factor_reset', subjectId: staffId });
      const gone = await run(work.trx, 'factor.reset')`
      with r as (delete from recovery_code where staff_id = ${staffId})
      update factor set removed_at = ${work.at} where staff_id = ${staffId} and removed_at is null`;
      if (!Number(gone ?? 0)) throw new Problem('conflict', { detail: 'They have no second step.' });
      await endSessions(work, staffId);
      await releaseTries(work.trx, ownTry(deps, 'factor', staffId).account);
      await recordEvent(work, { type: 'staff.factors_reset', subjects: [['staff', staffId]] });
      await noteSecurity(work, { kind: 'factors_reset', staffId });
    }),
  );
}

/**
 * Holds someone who sets up their first second step on the way in to having none yet: it may have been set up since.
 * @throws Problem `conflict`
 */
export async function assertFirstFactor(work: Work, staffId: string): Promise<void> {
  await lockFactors(work, staffId);
  if ((await factorsOf(work.trx, staffId)).length)
    throw new Problem('conflict', {
      detail: 'Your account has a second step by now. Sign out, and sign in with it.',
    });
}

/** Holds the person, so that two changes of their second steps wait for each other; their role, and whether it must have one. */
export async function lockFactors(
  { trx }: Work,
  staffId: string,
): Promise<{ isWanted: boolean; role: StaffRole }> {
  const row = await maybe(trx, 'factor.lock', { isWanted: col.boolean, role: col.oneOf(staffRoles) })`
    select p.role, p.role = any ((select factor_roles from sign_in_policy)::text[]) as "isWanted"
    from staff p where p.id = ${staffId} for no key update of p`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** Fifty bits, in letters that are not mistaken for each other. */
function newRecoveryCode(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = () => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return `${group()}-${group()}`;
}

const recoveryHash = ({ key }: Deps, staffId: string, code: string) =>
  keyedHash(key, 'recovery-code', `${staffId}\n${plainCode(code)}`);
const offerKey = ({ key }: Deps) => keyedHash(key, 'factor', 'offered');

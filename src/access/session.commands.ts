import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { NeededStep, SignInWay } from './access.queries.ts';
import { noteSecurity } from './security-log.commands.ts';
import { keyedHash, newToken } from './tokens.ts';

/** In how many browsers someone may be signed in at a time: the one used longest ago is signed out for another. As many again may be half-way in, which ends none that are whole. */
export const mostSessions = 5;
/** How long someone has for the second step. */
const minutesForStep = 15;

/** The session at a provider of single sign-on from which one here was opened, with what ends it there, sealed. */
export type SessionThere = { issuer: string; subject: string; sid: string | null; sealedIdToken: Buffer };

type Opening = {
  way?: SignInWay | undefined;
  /** What is missing before it opens anything. */
  needs?: NeededStep | null | undefined;
  /** The session of the same browser, which ends with this one. */
  instead?: Buffer | undefined;
  there?: SessionThere | undefined;
};

/** Opens a session for someone who has shown who they are, whichever way. Returns its token. */
export async function openSession(
  { trx, deps, ctx, at }: Work,
  staffId: string,
  { way = 'password', needs = null, instead, there }: Opening = {},
): Promise<string> {
  const token = newToken();
  const { SESSION_HOURS } = deps.config;
  const { address = '', browser = '' } = ctx.from ?? {};
  const minutes = needs ? minutesForStep : SESSION_HOURS * 60;
  await run(trx, 'session.open')`
    with older as (
      update session set revoked_at = ${at} where revoked_at is null and (token_hash = ${instead ?? null}::bytea
        or token_hash in (select token_hash from session where staff_id = ${staffId} and revoked_at is null
          and (needs is null) = ${needs === null} order by seen_at desc, token_hash offset ${mostSessions - 1}))
    )
    insert into session (token_hash, staff_id, created_at, seen_at, expires_at, proved_at, way, needs, address, browser,
      issuer, subject, issuer_sid, sealed_id_token)
    values (${keyedHash(deps.key, 'session', token)}, ${staffId}, ${at}, ${at},
      ${at}::timestamptz + make_interval(mins => ${minutes}::int), ${at}, ${way}, ${needs}, ${address}, ${browser},
      ${there?.issuer ?? null}, ${there?.subject ?? null}, ${there?.sid ?? null}, ${there?.sealedIdToken ?? null})`;
  return token;
}

/** Ends the session of the caller. */
export async function signOut(
  deps: Deps,
  ctx: Context,
  session: { tokenHash: Buffer; staffId: string },
): Promise<void> {
  await command(deps, ctx, async (work) => {
    await endSession(work, session.tokenHash);
    await recordEvent(work, { type: 'staff.signed_out', subjects: [['staff', session.staffId]] });
    await noteSecurity(work, { kind: 'signed_out', staffId: session.staffId });
  });
}

async function endSession({ trx, at }: Work, tokenHash: Buffer): Promise<void> {
  await run(
    trx,
    'session.end',
    trx
      .updateTable('session')
      .set({ revoked_at: at })
      .where('token_hash', '=', tokenHash)
      .where('revoked_at', 'is', null),
  );
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

/**
 * Ends sessions of someone who looks after their own: one, or all but the one they do it in.
 * @param which the id of one; without it all others
 */
export async function endOwnSessions(
  deps: Deps,
  ctx: Context,
  own: { tokenHash: Buffer; staffId: string },
  which?: string,
): Promise<{ count: number }> {
  return command(deps, ctx, async (work) => {
    const ended = await run(work.trx, 'session.end-own')`
      update session set revoked_at = ${work.at} where staff_id = ${own.staffId} and revoked_at is null
        and token_hash <> ${own.tokenHash} and (${which ?? null}::uuid is null or id = ${which ?? null}::uuid)`;
    const count = Number(ended ?? 0);
    if (count)
      await recordEvent(work, {
        type: 'staff.sessions_revoked',
        subjects: [['staff', own.staffId]],
        values: { count },
      });
    return { count };
  });
}

/** The same as `revokeSessions` inside a command's transaction; how many. `but` is a session that stays. */
export async function endSessions({ trx, at }: Work, staffId: string, but?: Buffer): Promise<number> {
  const ended = await run(trx, 'session.end-all')`
    update session set revoked_at = ${at} where staff_id = ${staffId} and revoked_at is null
      and token_hash is distinct from ${but ?? null}::bytea`;
  return Number(ended ?? 0);
}

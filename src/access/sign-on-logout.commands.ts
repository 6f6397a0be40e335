import * as client from 'openid-client';
import { systemContext, type Whence } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { unseal } from '../shared/seal.ts';
import { many, maybe, run } from '../shared/statements.ts';
import { readLogoutToken } from './logout-token.ts';
import { signOnRefused } from './sign-on.rules.ts';
import { providerOf } from './sign-on-provider.ts';
import { keyedHash } from './tokens.ts';

/**
 * Ends the sessions that a provider says have ended there: that of a session, or all of somebody. Each token counts once.
 * @throws Problem `sign-on-refused`
 */
export async function endSessionsThere(
  deps: Deps,
  { id: requestId, from }: { id: string; from: Whence },
  token: string,
): Promise<{ count: number }> {
  const { issuer, subject, sid, jti } = await readLogoutToken(deps, token);
  const hash = keyedHash(deps.key, 'logout-token', `${issuer}\n${jti}`);
  return command(deps, { ...systemContext(requestId), from }, async (work) => {
    const { trx, at } = work;
    const isNew = await run(trx, 'sign-on.logout-once')`
      insert into sign_on_logout (token_hash, at) values (${hash}, ${at}) on conflict do nothing`;
    if (!isNew) throw signOnRefused('not_begun');
    const ended = await many(trx, 'sign-on.logout', { staffId: col.text, count: col.number })`
      with ended as (
        update session set revoked_at = ${at} where issuer = ${issuer} and revoked_at is null
          and (${subject}::text is null or subject = ${subject}) and (${sid}::text is null or issuer_sid = ${sid})
        returning staff_id
      )
      select staff_id as "staffId", count(*)::int as count from ended group by staff_id`;
    for (const { staffId, count } of ended)
      await recordEvent(work, {
        type: 'staff.sessions_revoked',
        subjects: [['staff', staffId]],
        values: { count },
      });
    return { count: ended.reduce((sum, { count }) => sum + count, 0) };
  });
}

/** Where a browser ends its session at the provider by which it signed in, and comes back from; undefined where there is no such place. */
export async function endAddressOf(
  deps: Deps,
  tokenHash: Buffer,
  backTo: string,
): Promise<string | undefined> {
  const row = await maybe(deps.db, 'sign-on.session-there', { sealed: col.bytes })`
    select sealed_id_token as sealed from session
    where token_hash = ${tokenHash} and issuer is not null and sealed_id_token is not null`;
  if (!row || !deps.config.OIDC_ISSUER) return undefined;
  try {
    const provider = await providerOf(deps);
    if (!provider.serverMetadata().end_session_endpoint) return undefined;
    const idToken = unseal(keyedHash(deps.key, 'id-token', ''), row.sealed) as string;
    return client.buildEndSessionUrl(provider, { id_token_hint: idToken, post_logout_redirect_uri: backTo })
      .href;
  } catch {
    // Signing out here does not wait for a provider that is away.
    return undefined;
  }
}

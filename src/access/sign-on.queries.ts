import type { Deps } from '../shared/deps.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import type { Session } from './access.queries.ts';
import { standingOf } from './factor.queries.ts';

/** Whether a session was opened by the single sign-on that is set up now, so that its owner proves there who they are. */
export async function isBySignOn(
  { db, config }: Deps,
  { tokenHash }: Pick<Session, 'tokenHash'>,
): Promise<boolean> {
  if (!config.OIDC_ISSUER) return false;
  const row = await maybe(db, 'sign-on.is-of-session', { isBySignOn: col.boolean })`
    select issuer is not null as "isBySignOn" from session where token_hash = ${tokenHash}`;
  return row?.isBySignOn ?? false;
}

/** By what someone shows again who they are: how they stand, and whether it is at the provider. */
export async function provingOf(deps: Deps, session: Pick<Session, 'tokenHash' | 'staffId'>) {
  const [standing, bySignOn] = await Promise.all([
    standingOf(deps.db, session.staffId),
    isBySignOn(deps, session),
  ]);
  return { standing, bySignOn };
}

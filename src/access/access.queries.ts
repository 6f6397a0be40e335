import { roles } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { each, maybe, run } from '../shared/statements.ts';

/** By what someone shows who they are. */
export const signInWays = ['password', 'code', 'passkey', 'recovery_code', 'single_sign_on'] as const;
export type SignInWay = (typeof signInWays)[number];
/** What a session lacks before it opens anything: the second step, or having one. */
export const neededSteps = ['factor', 'enrolment'] as const;
export type NeededStep = (typeof neededSteps)[number];

/** For how long someone need not show again who they are. */
export const proofHolds = '5 minutes';

export const Session = {
  id: col.text,
  tokenHash: col.bytes,
  staffId: col.text,
  name: col.text,
  role: col.oneOf(roles),
  needs: col.orNull(col.oneOf(neededSteps)),
  isProved: col.boolean,
  stale: col.boolean,
};
export type Session = RowOf<typeof Session>;

/** The session of a cookie, unless it has idled, ended, been revoked, or its person is suspended. `isProved`: its owner showed within minutes who they are; `stale`: not noted as seen for a minute. */
export async function findSession(deps: Deps, tokenHash: Buffer): Promise<Session | undefined> {
  const now = timestamp(deps.clock);
  return maybe(deps.db, 'access.session', Session)`
    select s.id, s.token_hash as "tokenHash", p.id as "staffId", p.name, p.role, s.needs,
      s.proved_at > ${now}::timestamptz - ${proofHolds}::interval as "isProved", s.seen_at < ${now}::timestamptz - interval '1 minute' as stale
    from session s join staff p on p.id = s.staff_id
    where s.token_hash = ${tokenHash} and s.revoked_at is null and s.expires_at > ${now} and p.suspended_at is null
      and s.seen_at > ${now}::timestamptz - make_interval(mins => ${deps.config.SESSION_IDLE_MINUTES}::int)`;
}

/** The session of a cookie that has idled or reached its end within the last day, and that nobody has ended. */
export async function findEndedSession(
  deps: Deps,
  tokenHash: Buffer,
): Promise<Pick<Session, 'tokenHash' | 'staffId'> | undefined> {
  return maybe(deps.db, 'access.ended-session', col.pick(Session, 'tokenHash', 'staffId'))`
    select s.token_hash as "tokenHash", p.id as "staffId" from session s join staff p on p.id = s.staff_id
    where s.token_hash = ${tokenHash} and s.revoked_at is null and s.needs is null and p.suspended_at is null
      and s.seen_at > ${timestamp(deps.clock)}::timestamptz - interval '1 day'`;
}

/** Notes that a session is in use. */
export async function noteSessionSeen(deps: Deps, tokenHash: Buffer): Promise<void> {
  await run(
    deps.db,
    each('access.note-session-seen'),
  )`update session set seen_at = ${timestamp(deps.clock)} where token_hash = ${tokenHash}`;
}

export const KeyOwner = {
  keyId: col.text,
  clientId: col.text,
  name: col.text,
  role: col.oneOf(roles),
  organisationId: col.orNull(col.text),
  ratePerMinute: col.orNull(col.number),
  /** What of its role it may; null is all of it. */
  actions: col.orNull(col.listOf(col.text)),
  addresses: col.orNull(col.listOf(col.text)),
  seenAddresses: col.listOf(col.text),
  stale: col.boolean,
};
export type KeyOwner = RowOf<typeof KeyOwner>;

/** The API client that a key belongs to, with the organisation it speaks for now, unless the key is revoked or over, or the client disabled. */
export async function findKeyOwner(deps: Deps, hash: Buffer): Promise<KeyOwner | undefined> {
  return maybe(deps.db, 'access.key', KeyOwner)`
    select k.id as "keyId", c.id as "clientId", c.name, c.role, coalesce(o.succeeded_by, o.id) as "organisationId",
      c.rate_per_minute as "ratePerMinute", k.actions, k.addresses, k.seen_addresses as "seenAddresses",
      coalesce(k.used_at < ${timestamp(deps.clock)}::timestamptz - interval '1 minute', true) as stale
    from api_key k join api_client c on c.id = k.client_id left join organisation o on o.id = c.organisation_id
    where k.hash = ${hash} and k.revoked_at is null and c.disabled_at is null
      and (k.expires_at is null or k.expires_at > ${timestamp(deps.clock)})`;
}

/** Notes that a key is in use, and from where. */
export async function noteKeyUsed(deps: Deps, keyId: string, network: string): Promise<void> {
  await run(deps.db, each('access.note-key-used'))`
    update api_key set used_at = ${timestamp(deps.clock)}, last_address = ${network},
      seen_addresses = case when ${network} = any(seen_addresses) then seen_addresses
        else (seen_addresses || ${network}::text)[greatest(1, cardinality(seen_addresses) - 48):] end
    where id = ${keyId}`;
}

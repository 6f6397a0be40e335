import { sql } from 'kysely';
import { own } from '../shared/asker.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import type { Session } from './access.queries.ts';

const OwnSession = {
  id: col.text,
  browser: col.text,
  address: col.text,
  createdAt: col.text,
  seenAt: col.text,
  isThis: col.boolean,
};
export type OwnSession = RowOf<typeof OwnSession>;

/** The sessions of someone that are open, theirs first, then the one seen last. */
export async function ownSessions(
  { db, clock, config }: Deps,
  { staffId, tokenHash }: Pick<Session, 'staffId' | 'tokenHash'>,
): Promise<OwnSession[]> {
  const now = timestamp(clock);
  return many(db, 'session.own', OwnSession)`
    select id, browser, address, created_at as "createdAt", seen_at as "seenAt", token_hash = ${tokenHash} as "isThis"
    from session where ${own(sql`staff_id = ${staffId}`)} and revoked_at is null and needs is null and expires_at > ${now}
      and seen_at > ${now}::timestamptz - make_interval(mins => ${config.SESSION_IDLE_MINUTES}::int)
    order by token_hash = ${tokenHash} desc, seen_at desc, id`;
}

import { timestamp } from '../shared/clock.ts';
import type { Reader, Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { countOf, many, one, run } from '../shared/statements.ts';
import { freeTries, slowFrom, waitAfter, waitInWords } from './throttle.rules.ts';
import { keyedHash } from './tokens.ts';

/** Counts tries at something secret: whose account, and whence, both as keyed hashes. */
export type Try = {
  account: Buffer;
  origin: Buffer;
  isKnown: boolean;
  /** Which try of the day, from wherever, is one that somebody should know of. */
  alarmAt?: number;
};

/** Tries of someone who has signed in at a secret of their own: counted by themselves, wherever they come from. */
export const ownTry = ({ key }: Deps, secret: 'factor' | 'own', staffId: string): Try => ({
  account: keyedHash(key, 'account', `${secret} ${staffId}`),
  origin: keyedHash(key, 'network', ''),
  isKnown: true,
  alarmAt: freeTries,
});

/** Where the tries of an account from everywhere are counted. */
const everywhere = Buffer.alloc(0);

/**
 * Counts a try before it is looked at, in a transaction of its own, so that many guesses at once get no more than one
 * after another. Tries of the day before are forgotten.
 * @returns whether this one makes the tries from everywhere so many that somebody should know
 * @throws Problem `too-many-requests` while the account waits in this place
 */
export async function countTry(deps: Deps, given: Try): Promise<{ alarm: boolean }> {
  const { seconds, all } = await deps.db.transaction().execute((trx) => count(trx, deps, given));
  if (seconds > 0)
    throw new Problem('too-many-requests', {
      detail: `There have been several tries that did not match. Wait ${waitInWords(seconds)}, then try again.`,
    });
  return { alarm: all === (given.alarmAt ?? slowFrom) };
}

async function count(trx: Trx, deps: Deps, { account, origin, isKnown }: Try) {
  const now = timestamp(deps.clock);
  // In one order, so that two tries from two places wait for each other.
  const rows = await many(trx, 'throttle.count', {
    origin: col.bytes,
    failures: col.number,
    seconds: col.number,
  })`
    insert into sign_in_throttle as t (account, origin, failures, failed_at)
    select ${account}::bytea, x.origin, 0, ${now}::timestamptz
    from unnest(${[everywhere, origin]}::bytea[]) x (origin)
    on conflict (account, origin) do update
      set failures = case when t.failed_at < ${now}::timestamptz - interval '1 day' then 0 else t.failures end
    returning origin, failures, coalesce(extract(epoch from waits_until - ${now}::timestamptz), 0)::float8 as seconds`;
  const of = (wanted: Buffer) => rows.find((row) => row.origin.equals(wanted))!;
  const here = of(origin);
  if (here.seconds > 0) return { seconds: here.seconds, all: 0 };
  const all = of(everywhere).failures + 1;
  const wait = waitAfter(here.failures + 1, !isKnown && all >= slowFrom);
  await run(trx, 'throttle.put-off')`
    update sign_in_throttle set failures = failures + 1, failed_at = ${now},
      waits_until = case when origin = ${origin}::bytea then ${now}::timestamptz + make_interval(secs => ${wait}::float8) end
    where account = ${account} and origin = any(${[everywhere, origin]}::bytea[])`;
  return { seconds: 0, all };
}

/** Forgets the tries of an account in one place, where the right one came; it was none of the wrong ones from everywhere. */
export async function forgetTries(trx: Trx, { account, origin }: Try): Promise<void> {
  await run(trx, 'throttle.forget')`
    with here as (delete from sign_in_throttle where account = ${account} and origin = ${origin})
    update sign_in_throttle set failures = greatest(failures - 1, 0) where account = ${account} and origin = ${everywhere}`;
}

/** Ends the wait of an account, wherever it waits. Whether it had been tried at all. */
export async function releaseTries(trx: Trx, account: Buffer): Promise<boolean> {
  const { count } = await one(trx, 'throttle.release', { count: col.number })`
    with gone as (delete from sign_in_throttle where account = ${account} returning 1)
    select count(*)::int as count from gone`;
  return count > 0;
}

/** Whether tries of an account are counted anywhere. */
export async function isTried(db: Reader, account: Buffer): Promise<boolean> {
  return (
    (await countOf(db, 'throttle.tried')`from sign_in_throttle where account = ${account} and failures > 0`) >
    0
  );
}

import { hkdfSync, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import type { DB, Trx } from '../shared/database.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { seal, unseal } from '../shared/seal.ts';
import { many, one, run } from '../shared/statements.ts';
import { factorKey } from './tokens.ts';

/** The lock under which one process looks for the key, so that two that start together make one. */
const lock = 20_261_130;

type Secrets = Pick<Config, 'SECRET' | 'SECRET_BEFORE'>;

/** A new data key. */
export const newDataKey = (): string => randomBytes(48).toString('base64url');

/**
 * The key of `Deps.key`: what is stored of tokens is hashed with it, and secrets are sealed. The database keeps it sealed
 * with SECRET. While SECRET is changed, SECRET_BEFORE opens it and it is sealed with the new one as well; once a process
 * starts with the new one alone, the old one opens nothing. The first process makes it; in a database that was in use
 * before there was one, it is what SECRET was.
 * @param adopts whether it may take SECRET for the key of such a database where nothing is sealed that would prove it
 * @throws Problem `conflict` where neither secret opens it
 */
export async function openDataKey(
  db: Kysely<DB>,
  { SECRET, SECRET_BEFORE }: Secrets,
  { adopts = false } = {},
): Promise<string> {
  return db.transaction().execute(async (trx) => {
    await run(trx, 'data-key.lock')`select pg_advisory_xact_lock(${lock})`;
    const kept = await many(
      trx,
      'data-key.kept',
      trx.selectFrom('data_key').select(['secret_mark', 'sealed']),
    );
    const openedBy = (secret: string) => {
      const row = secret && kept.find(({ secret_mark }) => secret_mark === markOf(secret));
      return row ? (unseal(wrapOf(secret), row.sealed) as string) : undefined;
    };
    const own = openedBy(SECRET);
    const key = own ?? openedBy(SECRET_BEFORE);
    if (kept.length && !key) throw notOfThis();
    const right = key ?? (await firstKey(trx, [SECRET_BEFORE, SECRET].filter(Boolean), adopts));
    if (SECRET_BEFORE || own === undefined) await keep(trx, SECRET, right);
    else await forgetOlder(trx, SECRET);
    return right;
  });
}

const notOfThis = () =>
  new Problem('conflict', {
    detail:
      'SECRET is not the one that this database is used with. Set the one that is; to change it, set the new one as SECRET and the old one as SECRET_BEFORE.',
  });

const InUse = {
  inUse: col.boolean,
  /** The sealed secret of someone's app for codes, which the right key opens. */
  proof: col.orNull(col.object({ staffId: col.text, sealed: col.text })),
};

async function firstKey(trx: Trx, secrets: string[], adopts: boolean): Promise<string> {
  const { inUse, proof } = await one(trx, 'data-key.in-use', InUse)`
    select exists (select from staff) or exists (select from api_client) as "inUse",
      (select json_build_object('staffId', staff_id, 'sealed', encode(sealed_secret, 'base64'))
        from factor where sealed_secret is not null order by id desc limit 1) as proof`;
  if (!inUse) return newDataKey();
  const right = proof
    ? secrets.find((secret) => opens(factorKey({ key: secret }, proof.staffId), proof.sealed))
    : secrets[0];
  if (!right) throw notOfThis();
  if (!proof && !adopts)
    throw new Problem('conflict', {
      detail: 'This database has no data key yet. Start Lendwell with its SECRET first, which makes it.',
    });
  return right;
}

function opens(key: Buffer, sealed: string): boolean {
  try {
    return unseal(key, Buffer.from(sealed, 'base64')) !== undefined;
  } catch {
    return false;
  }
}

/** Keeps the key for a secret, as the newest: where a change of SECRET is turned round, the right one stays as well. */
async function keep(trx: Trx, secret: string, key: string): Promise<void> {
  const sealed = seal(wrapOf(secret), key);
  await run(trx, 'data-key.keep')`
    insert into data_key (secret_mark, sealed, created_at) values (${markOf(secret)}, ${sealed}, clock_timestamp())
    on conflict (secret_mark) do update set created_at = excluded.created_at`;
}

/** What came before goes. What came after stays: a process that has the old secret alone may start meanwhile. */
async function forgetOlder(trx: Trx, secret: string): Promise<void> {
  await run(trx, 'data-key.forget')`
    delete from data_key where created_at < (select created_at from data_key where secret_mark = ${markOf(secret)})`;
}

const markOf = (secret: string) => derived(secret, 'mark', 12).toString('base64url');
const wrapOf = (secret: string) => derived(secret, 'data key', 32);
const derived = (secret: string, purpose: string, bytes: number) =>
  Buffer.from(hkdfSync('sha256', secret, '', `lendwell ${purpose} 1`, bytes));

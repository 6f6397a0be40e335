import { createHash, createHmac } from 'node:crypto';
import { sql } from 'kysely';
import type { Context, Once } from './actor.ts';
import { timestamp } from './clock.ts';
import type { Trx } from './database.ts';
import type { Deps } from './deps.ts';
import { Problem } from './problem.ts';

/** How long a reply is kept for a repeat of its request. */
export const replyKeptFor = '7 days';

/**
 * Runs a command: one transaction, retried when it lost a deadlock or a serialisation race.
 * With an idempotency key the result is kept beside the rows and given again to a repeat.
 * `work` must do no network calls and must be safe to run again from its start.
 * @throws Problem `idempotency-key-in-use`, `idempotency-key-reused`, `sent-already`, `patient-erased` once whom the reply was about is, `busy`
 */
export async function command<T>(deps: Deps, ctx: Context, work: (trx: Trx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.db.transaction().execute(async (trx) => {
        const kept = ctx.once && (await keptResult<T>(trx, deps, ctx.once));
        if (kept) return kept.result;
        const result = await work(trx);
        if (ctx.once) await keep(trx, deps, ctx.once, ctx.requestId, result);
        return result;
      });
    } catch (error) {
      if (attempt >= 3 || !isLostRace(error)) throw error;
    }
  }
}

function isLostRace(error: unknown): boolean {
  const { code } = error as { code?: string };
  return code === '40P01' || code === '40001';
}

async function keptResult<T>(trx: Trx, deps: Deps, once: Once): Promise<{ result: T } | undefined> {
  const lock = createHash('sha256').update(`${once.caller}\n${once.key}`).digest().readBigInt64BE();
  if (once.waits) await sql`/* once.wait */ select pg_advisory_xact_lock(${lock})`.execute(trx);
  else {
    const { rows } = await sql<{
      got: boolean;
    }>`/* once.lock */ select pg_try_advisory_xact_lock(${lock}) as got`.execute(trx);
    if (!rows[0]!.got) {
      throw new Problem('idempotency-key-in-use', {
        detail: 'Wait for the first request to finish, then send this one again.',
      });
    }
  }
  const kept = await sql<{ fingerprint: string; result: T; erased: boolean }>`/* once.kept */
    select fingerprint, result, result is null as erased from idempotency_key
    where caller = ${once.caller} and key = ${once.key} and created_at > ${timestamp(deps.clock)}::timestamptz - ${replyKeptFor}::interval`.execute(
    trx,
  );
  const row = kept.rows[0];
  if (!row) return undefined;
  if (row.fingerprint !== once.fingerprint) {
    // Only the form of a page waits: someone went back to it, and sends it with another content.
    throw once.waits
      ? new Problem('sent-already', {
          detail:
            'What it says now was not saved. Look at what became of the first, then send again what is missing.',
        })
      : new Problem('idempotency-key-reused', { detail: 'Use a new key for a new request.' });
  }
  if (row.erased)
    throw new Problem('patient-erased', {
      detail: 'What was answered was about them, and is gone with them.',
    });
  once.replayed = true;
  return { result: row.result };
}

async function keep(trx: Trx, deps: Deps, once: Once, requestId: string, result: unknown): Promise<void> {
  await sql`/* once.keep */
    insert into idempotency_key (caller, key, fingerprint, request_id, result, created_at)
    values (${once.caller}, ${once.key}, ${once.fingerprint}, ${requestId}, ${JSON.stringify(result ?? null)}, ${timestamp(deps.clock)})
    on conflict (caller, key) do update set fingerprint = excluded.fingerprint, request_id = excluded.request_id,
      result = excluded.result, created_at = excluded.created_at`.execute(trx);
}

/**
 * What makes two requests the same: method, address and what the body says, in whichever order its fields come.
 * It is keyed, so that it tells nothing of a patient.
 */
export function fingerprint(secret: string, method: string, url: string, body: unknown): string {
  return createHmac('sha256', secret)
    .update(`${method}\n${url}\n${JSON.stringify(body ?? null, byName)}`)
    .digest('base64url');
}

/** For JSON: the fields of each object by name; lists keep their order. */
function byName(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

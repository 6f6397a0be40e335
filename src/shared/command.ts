import { createHash, createHmac } from 'node:crypto';
import type { Context, Once } from './actor.ts';
import type { Deps } from './deps.ts';
import { Problem } from './problem.ts';
import { col } from './rows.ts';
import { maybe, one, run } from './statements.ts';
import { type Work, workIn } from './work.ts';

/** How long a reply is kept for a repeat of its request. */
export const replyKeptFor = '7 days';

/**
 * Runs a command: one transaction, retried when it lost a deadlock or a serialisation race.
 * With an idempotency key the result is kept beside the rows and given again to a repeat.
 * The steps must do no network calls and must be safe to run again from their start.
 * @throws Problem `idempotency-key-in-use`, `idempotency-key-reused`, `sent-already`, `patient-erased` once whom the reply was about is, `busy`
 */
export async function command<T>(deps: Deps, ctx: Context, steps: (work: Work) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await deps.db.transaction().execute(async (trx) => {
        const work = workIn(trx, deps, ctx);
        const kept = ctx.once && (await keptResult<T>(work, ctx.once));
        if (kept) return kept.result;
        const result = await steps(work);
        if (ctx.once) await keepResult(work, ctx.once, result);
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

async function keptResult<T>(work: Work, once: Once): Promise<{ result: T } | undefined> {
  const { trx } = work;
  const lock = createHash('sha256').update(`${once.caller}\n${once.key}`).digest().readBigInt64BE();
  if (once.waits) await run(trx, 'once.wait')`select pg_advisory_xact_lock(${lock})`;
  else {
    const found = await one(trx, 'once.lock', {
      got: col.boolean,
    })`select pg_try_advisory_xact_lock(${lock}) as got`;
    if (!found.got) {
      throw new Problem('idempotency-key-in-use', {
        detail: 'Wait for the first request to finish, then send this one again.',
      });
    }
  }
  const row = await maybe(trx, 'once.kept', {
    fingerprint: col.text,
    result: col.unchecked<T>(),
    erased: col.boolean,
  })`
    select fingerprint, result, result is null as erased from idempotency_key
    where caller = ${once.caller} and key = ${once.key} and created_at > ${work.at}::timestamptz - ${replyKeptFor}::interval`;
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

async function keepResult({ trx, ctx, at }: Work, once: Once, result: unknown): Promise<void> {
  await run(trx, 'once.keep')`
    insert into idempotency_key (caller, key, fingerprint, request_id, result, created_at)
    values (${once.caller}, ${once.key}, ${once.fingerprint}, ${ctx.requestId}, ${JSON.stringify(result ?? null)}, ${at})
    on conflict (caller, key) do update set fingerprint = excluded.fingerprint, request_id = excluded.request_id,
      result = excluded.result, created_at = excluded.created_at`;
}

/**
 * What makes two requests the same: method, address and what the body says, in whichever order its fields come.
 * It is keyed, so that it tells nothing of a patient.
 */
export function fingerprint(key: string, method: string, url: string, body: unknown): string {
  return createHmac('sha256', key)
    .update(`${method}\n${url}\n${JSON.stringify(body ?? null, byName)}`)
    .digest('base64url');
}

/** For JSON: the fields of each object by name; lists keep their order. */
function byName(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { col } from '../shared/rows.ts';
import { seal, unseal } from '../shared/seal.ts';
import { maybe, run } from '../shared/statements.ts';
import { cookieName } from './authentication.ts';
import { isKeptForm } from './kept-form.ts';
import { begunKeptFor, begunSeconds } from './sign-on.rules.ts';
import { keyedHash } from './tokens.ts';

/** A longer address would not fit into a cookie: its owner goes on from the start page. */
const longestNext = 2000;

/** What a sign-in at the provider is for: to come in, to prove again who a session is of, or to link the account of a link. */
export type Purpose = { to: 'enter' } | { to: 'prove'; session: string } | { to: 'link'; token: string };

/** A sign-in that is under way at the provider, as the browser keeps it, sealed. */
export type Begun = {
  state: string;
  nonce: string;
  verifier: string;
  next: string;
  purpose: Purpose;
  begunAt: string;
};

/** Keeps a sign-in that goes to the provider: the secrets of it in a cookie of this browser, and that it is under way. */
export async function keepBegun(
  deps: Deps,
  reply: FastifyReply,
  begun: Omit<Begun, 'begunAt'>,
  kept: string | undefined,
): Promise<void> {
  const begunAt = timestamp(deps.clock);
  await run(
    deps.db,
    'sign-on.begin',
    deps.db.insertInto('sign_on_begun').values({
      state_hash: stateHash(deps, begun.state),
      kept: kept && isKeptForm(deps, kept) ? kept : null,
      begun_at: begunAt,
    }),
  );
  const next = begun.next.length > longestNext ? '/' : begun.next;
  const value = seal(keyOf(deps), { ...begun, next, begunAt } satisfies Begun).toString('base64url');
  reply.setCookie(cookieOf(deps), value, { ...optionsOf(deps), maxAge: begunSeconds });
}

/** The sign-in that a browser comes back from, without what it was for being done; undefined where it began none here. */
export function begunIn(deps: Deps, request: FastifyRequest): Begun | undefined {
  const cookie = request.cookies[cookieOf(deps)];
  if (!cookie) return undefined;
  try {
    return unseal(keyOf(deps), Buffer.from(cookie, 'base64url')) as Begun;
  } catch {
    return undefined;
  }
}

/** Ends a sign-in that was under way: what was typed before it, or undefined where it ended before, or is too old. */
export async function endBegun(
  deps: Deps,
  reply: FastifyReply,
  begun: Begun,
): Promise<{ kept: string | undefined } | undefined> {
  reply.clearCookie(cookieOf(deps), optionsOf(deps));
  const row = await maybe(deps.db, 'sign-on.end-begun', { kept: col.orNull(col.text) })`
    delete from sign_on_begun where state_hash = ${stateHash(deps, begun.state)}
      and begun_at > ${timestamp(deps.clock)}::timestamptz - ${begunKeptFor}::interval
    returning kept`;
  return row && { kept: row.kept ?? undefined };
}

const stateHash = ({ key }: Deps, state: string) => keyedHash(key, 'sign-on-state', state);
const keyOf = ({ key }: Deps) => keyedHash(key, 'sign-on', '');
const cookieOf = ({ config }: Deps) => cookieName(config, 'lendwell-sign-on');
const optionsOf = ({ config }: Deps) =>
  ({ path: '/', httpOnly: true, sameSite: 'lax', secure: config.PUBLIC_URL.startsWith('https:') }) as const;

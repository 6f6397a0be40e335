import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import { localPath } from './access.rules.ts';
import { browserCookie, sessionCookie } from './authentication.ts';
import { unsealForm } from './kept-form.ts';
import type { Arrival, SignedIn } from './sign-in.commands.ts';
import { keyedHash } from './tokens.ts';
import { whenceOf } from './whence.ts';

/** Where someone goes on who signs in: the page they asked for, and what they had typed there, sealed. */
export type Onward = { next: string; kept?: string | undefined };

/** The same of a form that brings both along. */
export function onwardOf(body: unknown): Onward {
  const { next, kept } = (body ?? {}) as { next?: unknown; kept?: unknown };
  return { next: localPath(next), kept: typeof kept === 'string' && kept ? kept : undefined };
}

/** Where a sign-in comes from, and what the browser brings. */
export function arrivalOf({ config, key }: Deps, request: FastifyRequest): Arrival {
  const { session, cookies } = request;
  const token = cookies[sessionCookie(config)];
  const instead = session?.tokenHash ?? (token ? keyedHash(key, 'session', token) : undefined);
  return { ...whenceOf(request), mark: cookies[browserCookie(config)], instead };
}

/** From here on a request is of the session that was just opened, and so is the browser. */
export function takeOver(
  { key }: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { token, actor, needs, mark }: SignedIn,
): void {
  reply.setSession(token);
  if (mark) reply.setMark(mark);
  request.ctx = { actor, requestId: request.id, from: whenceOf(request) };
  const tokenHash = keyedHash(key, 'session', token);
  request.session = { id: '', tokenHash, staffId: actor.id!, needs, isProved: true };
}

/** From here on a request is of nobody, as the page that is shown once someone has signed out. */
export function forget(request: FastifyRequest): void {
  request.session = null;
  (request as Partial<Pick<FastifyRequest, 'ctx'>>).ctx = undefined;
}

/** Leads in: to what was typed before signing in, or to the page that was asked for. */
export function enter(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, kept: sealed }: Onward,
) {
  const kept = unsealForm(deps, sealed, request.session!.staffId);
  return kept ? reply.page('access/views/kept-form.njk', { kept, next }) : reply.redirect(next, 303);
}

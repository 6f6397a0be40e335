import csrf from '@fastify/csrf-protection';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import type { Config } from '../config.ts';
import type { Actor } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import {
  findEndedSession,
  findKeyOwner,
  findSession,
  noteKeyUsed,
  noteSessionSeen,
  type Session,
} from './access.queries.ts';
import { arrivalLimits } from './arrival-limits.ts';
import { isWithin } from './networks.ts';
import { isFarReaching, may } from './permissions.ts';
import { limitRates } from './rate-limit.ts';
import { insertNote } from './security-log.commands.ts';
import { keyedHash } from './tokens.ts';
import { networkOf, whenceOf } from './whence.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the cookie, when that is how the caller is known. */
    session: Pick<Session, 'id' | 'tokenHash' | 'staffId' | 'needs' | 'isProved'> | null;
    /** The session that a form was shown in, when it has ended since; until the form's token is looked at. */
    endedSession: { tokenHash: Buffer; staffId: string } | null;
    /** Id of the member of staff whose form this is, when their session has ended since. */
    formOf: string | null;
    /** Whether it wants a fresh proof of who asks that this session does not have; until the form's token is looked at. */
    wantsProof: boolean;
    /** What of its role the key of a request may; null is all of it. */
    keyActions: string[] | null;
    /** The API client's own limit, where it has one. */
    ratePerMinute: number | null;
  }
  interface FastifyInstance {
    /** Whether a change may go on: it came with the token of its form, or wants none. */
    hasFormToken?(request: FastifyRequest): boolean;
  }
  interface FastifyReply {
    /** A token for the hidden field `_csrf` of every form on a page, good for this session alone. */
    formToken(): string;
    /** Puts a session's token in the cookie; without one, takes it out. */
    setSession(token?: string): FastifyReply;
    /** Marks the browser as one in which someone has signed in; the mark opens nothing. */
    setMark(mark: string): FastifyReply;
  }
}

/**
 * Who asks, and whether they may: an API key or a session cookie becomes `request.ctx`, and
 * the action that the route names is held against the permission table before the body is
 * read. Changes that come with a cookie, or from a form, need the form's token.
 */
export const authentication = plugin<{ deps: Deps }>(async (app, { deps }) => {
  const secure = deps.config.PUBLIC_URL.startsWith('https:');
  const cookies = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  const ownCookie = sessionCookie(deps.config);
  const markCookie = browserCookie(deps.config);

  app.decorateRequest('session', null);
  app.decorateRequest('endedSession', null);
  app.decorateRequest('formOf', null);
  app.decorateRequest('wantsProof', false);
  app.decorateRequest('keyActions', null);
  app.decorateRequest('ratePerMinute', null);
  await app.register(csrf, {
    cookieKey: formCookie(deps.config),
    cookieOpts: cookies,
    csrfOpts: { hmacKey: deps.key },
    getUserInfo: sessionName,
    getToken: (request) => {
      const field = (request.body as { _csrf?: unknown } | null | undefined)?._csrf;
      const token = request.headers['x-csrf-token'] ?? field;
      return typeof token === 'string' ? token : undefined;
    },
    logLevel: 'debug',
  });
  // Each call would begin a secret of its own where the browser has none yet, and only the last would count.
  const formTokens = new WeakMap<FastifyReply, string>();
  app.decorateReply('formToken', function (this: FastifyReply) {
    const token = formTokens.get(this) ?? this.generateCsrf({ userInfo: sessionName(this.request) });
    formTokens.set(this, token);
    return token;
  });
  app.decorateReply('setSession', function (this: FastifyReply, token?: string) {
    return token === undefined
      ? this.clearCookie(ownCookie, cookies)
      : this.setCookie(ownCookie, token, cookies);
  });
  app.decorateReply('setMark', function (this: FastifyReply, mark: string) {
    return this.setCookie(markCookie, mark, { ...cookies, maxAge: markSeconds });
  });

  app.addHook('onRequest', async (request, reply) => {
    await arrivals.count(request, reply);
    const { action, fresh, whileSigningIn } = request.routeOptions.config;
    if (action === 'public') return;
    const actor = await whoAsks(request, reply).catch((error) => {
      if (!request.is404) throw error;
    });
    const isWhole = !request.session?.needs || whileSigningIn;
    if (actor && isWhole)
      request.ctx = {
        actor,
        requestId: request.id,
        from: whenceOf(request),
        ifMatch: request.headers['if-match'],
        looked: new Set(),
        told: new Set(),
      };
    if (request.is404) return;
    if (!isWhole) throw new Problem('not-signed-in', { detail: secondStep });
    if (!actor) {
      request.endedSession = await formsEndedSession(request);
      // It is refused once its form is read, so that what was typed can be kept.
      if (request.endedSession) return;
      throw notSignedIn(request);
    }
    const isLeftOut = request.keyActions !== null && !request.keyActions.includes(action ?? '');
    if (!action || !may(actor, action) || isLeftOut) {
      throw new Problem('not-allowed', { detail: 'Ask someone whose role allows it, or an administrator.' });
    }
    // Pages show what staff may see; only the API narrows what it shows to a client's own.
    if (actor.type === 'client' && !isApi(request)) {
      throw new Problem('not-allowed', { detail: 'Keys are for the API. Sign in to use the pages.' });
    }
    const wantsProof = fresh || isFarReaching(action, request.method);
    if (!wantsProof || !request.session || request.session.isProved) return;
    // A form is refused once it is read and its token looked at, so that what was typed can be kept.
    if (request.method === 'GET' || isApi(request)) throw proofRequired();
    request.wantsProof = true;
  });

  const noteNewAddress = (request: FastifyRequest, clientId: string) =>
    insertNote(
      deps,
      deps.db,
      { requestId: request.id, from: whenceOf(request) },
      { kind: 'key_from_elsewhere', clientId },
    );

  async function whoAsks(request: FastifyRequest, reply: FastifyReply): Promise<Actor | undefined> {
    const { authorization } = request.headers;
    // A session is one look at an index, and nobody is shut out of theirs by what others behind their address try.
    if (authorization === undefined) return ownerOf(request);
    arrivals.assertMayTry(request, reply, authorization);
    const actor = await ownerOf(request);
    arrivals.note(request, authorization, actor !== undefined);
    return actor;
  }

  async function ownerOf(request: FastifyRequest): Promise<Actor | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const key = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      const owner = key && (await findKeyOwner(deps, keyedHash(deps.key, 'api-key', key)));
      if (!owner) return undefined;
      const network = networkOf(request.ip);
      if (owner.addresses && !isWithin(request.ip, owner.addresses)) return undefined;
      const isNew = !owner.seenAddresses.includes(network);
      if (owner.stale || isNew) await noteKeyUsed(deps, owner.keyId, network);
      if (isNew && owner.seenAddresses.length) await noteNewAddress(request, owner.clientId);
      request.keyActions = owner.actions;
      request.ratePerMinute = owner.ratePerMinute;
      return {
        type: 'client',
        id: owner.clientId,
        name: owner.name,
        role: owner.role,
        clinicId: owner.organisationId,
      };
    }
    const token = request.cookies[ownCookie];
    const session = token && (await findSession(deps, keyedHash(deps.key, 'session', token)));
    if (!session) return undefined;
    if (session.stale) await noteSessionSeen(deps, session.tokenHash);
    request.session = session;
    return { type: 'staff', id: session.staffId, name: session.name, role: session.role };
  }

  /** The session that a form of a page was shown in, when it has ended. One that signs out has nothing to keep. */
  async function formsEndedSession(request: FastifyRequest) {
    const token = request.cookies[ownCookie];
    const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(
      request.headers['content-type'] ?? '',
    );
    const isOut = request.routeOptions.config.action === 'session.own';
    if (!token || !isForm || isOut || request.method !== 'POST' || isApi(request)) return null;
    return (await findEndedSession(deps, keyedHash(deps.key, 'session', token))) ?? null;
  }

  app.decorate('hasFormToken', (request: FastifyRequest) => {
    let isRight = !wantsToken(request);
    // It asks nothing of the reply but to send a refusal, which is not wanted here.
    const silent = { send: () => undefined } as unknown as FastifyReply;
    if (!isRight) app.csrfProtection.call(app, request, silent, () => (isRight = true));
    return isRight;
  });

  app.addHook('preValidation', (request, reply, done) => {
    const { endedSession } = request;
    if (endedSession) {
      return app.csrfProtection.call(app, request, reply, () => {
        request.endedSession = null;
        request.formOf = endedSession.staffId;
        done(notSignedIn(request));
      });
    }
    if (!wantsToken(request)) return done();
    app.csrfProtection.call(app, request, reply, (error?: Error) => {
      if (error || !request.wantsProof) return done(error);
      request.formOf = request.session!.staffId;
      done(proofRequired());
    });
  });

  await limitRates(app as App, deps);
  const arrivals = arrivalLimits(app as App, deps);
});

/** Whether it has to come with the token of a form: a change that is known by a cookie, or comes from a page. */
function wantsToken(request: FastifyRequest): boolean {
  if (request.endedSession) return true;
  if (request.routeOptions.config.bySecret || request.is404) return false;
  const reads = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
  const byCookie = request.session !== null || !isApi(request);
  return !reads && byCookie && request.ctx?.actor.type !== 'client';
}

/** With https the cookie is bound to this host, so that a neighbouring one cannot plant its own. */
export function cookieName(config: Config, name: string): string {
  return config.PUBLIC_URL.startsWith('https:') ? `__Host-${name}` : name;
}

/** The cookie that a session's token is in. */
export const sessionCookie = (config: Config) => cookieName(config, 'lendwell-session');

/** The cookie by which a browser is known again, for 400 days, which is the most that browsers keep one. */
export const browserCookie = (config: Config) => cookieName(config, 'lendwell-browser');
const markSeconds = 400 * 24 * 60 * 60;

/** The cookie that a browser's form tokens go with. */
export const formCookie = (config: Config) => cookieName(config, 'lendwell-form');

export const isApi = (request: FastifyRequest) => request.url.startsWith('/api/');

const secondStep = 'The second step of signing in is still missing.';

const proofRequired = () =>
  new Problem('proof-required', {
    detail: 'This wants you to show again who you are: it holds for five minutes.',
  });

function notSignedIn(request: FastifyRequest): Problem {
  const key = request.headers.authorization !== undefined;
  const detail = key
    ? 'The key is unknown or revoked. Send a valid one as Authorization: Bearer <key>.'
    : 'Send a key as Authorization: Bearer <key>, or sign in.';
  return new Problem('not-signed-in', { detail });
}

/** Ties form tokens to one session, so that a token from before signing in is worth nothing after. */
const sessionName = ({ session, endedSession }: FastifyRequest) =>
  (session ?? endedSession)?.tokenHash.toString('base64url') ?? 'nobody';

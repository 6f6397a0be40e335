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
} from './access.queries.ts';
import { may } from './permissions.ts';
import { limitRates } from './rate-limit.ts';
import { keyedHash } from './tokens.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the cookie, when that is how the caller is known. */
    session: { tokenHash: Buffer; staffId: string } | null;
    /** The session that a form was shown in, when it has ended since; until the form's token is looked at. */
    endedSession: { tokenHash: Buffer; staffId: string } | null;
    /** Id of the member of staff whose form this is, when their session has ended since. */
    formOf: string | null;
    /** The API client's own limit, where it has one. */
    ratePerMinute: number | null;
  }
  interface FastifyReply {
    /** A token for the hidden field `_csrf` of every form on a page, good for this session alone. */
    formToken(): string;
    /** Puts a session's token in the cookie; without one, takes it out. */
    setSession(token?: string): FastifyReply;
  }
}

/**
 * Who asks, and whether they may: an API key or a session cookie becomes `request.ctx`, and
 * the action that the route names is held against the permission table before the body is
 * read. Changes that come with a cookie, or from a form, need the form's token.
 */
export const authentication = plugin<{ deps: Deps }>(async (app, { deps }) => {
  const { SECRET } = deps.config;
  const secure = deps.config.PUBLIC_URL.startsWith('https:');
  const cookies = { path: '/', httpOnly: true, sameSite: 'lax', secure } as const;
  const sessionCookie = cookieName(deps.config, 'lendwell-session');

  app.decorateRequest('session', null);
  app.decorateRequest('endedSession', null);
  app.decorateRequest('formOf', null);
  app.decorateRequest('ratePerMinute', null);
  await app.register(csrf, {
    cookieKey: formCookie(deps.config),
    cookieOpts: cookies,
    csrfOpts: { hmacKey: SECRET },
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
      ? this.clearCookie(sessionCookie, cookies)
      : this.setCookie(sessionCookie, token, cookies);
  });

  app.addHook('onRequest', async (request) => {
    const { action } = request.routeOptions.config;
    if (action === 'public') return;
    const actor = await whoAsks(request).catch((error) => {
      if (!request.is404) throw error;
    });
    if (actor) request.ctx = { actor, requestId: request.id, ifMatch: request.headers['if-match'] };
    if (request.is404) return;
    if (!actor) {
      request.endedSession = await formsEndedSession(request);
      // It is refused once its form is read, so that what was typed can be kept.
      if (request.endedSession) return;
      throw notSignedIn(request);
    }
    if (!action || !may(actor, action)) {
      throw new Problem('not-allowed', { detail: 'Ask someone whose role allows it, or an administrator.' });
    }
    // Pages show what staff may see; only the API narrows what it shows to a client's own.
    if (actor.type === 'client' && !isApi(request)) {
      throw new Problem('not-allowed', { detail: 'Keys are for the API. Sign in to use the pages.' });
    }
  });

  async function whoAsks(request: FastifyRequest): Promise<Actor | undefined> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const key = /^Bearer (\S+)$/i.exec(authorization)?.[1];
      const owner = key && (await findKeyOwner(deps, keyedHash(SECRET, 'api-key', key)));
      if (!owner) return undefined;
      if (owner.stale) await noteKeyUsed(deps, owner.keyId);
      request.ratePerMinute = owner.ratePerMinute;
      return {
        type: 'client',
        id: owner.clientId,
        name: owner.name,
        role: owner.role,
        clinicId: owner.organisationId,
      };
    }
    const token = request.cookies[sessionCookie];
    const session = token && (await findSession(deps, keyedHash(SECRET, 'session', token)));
    if (!session) return undefined;
    if (session.stale) await noteSessionSeen(deps, session.tokenHash);
    request.session = session;
    return { type: 'staff', id: session.staffId, name: session.name, role: session.role };
  }

  /** The session that a form of a page was shown in, when it has ended. One that signs out has nothing to keep. */
  async function formsEndedSession(request: FastifyRequest) {
    const token = request.cookies[sessionCookie];
    const isForm = /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/.test(
      request.headers['content-type'] ?? '',
    );
    const isOut = request.routeOptions.config.action === 'session.own';
    if (!token || !isForm || isOut || request.method !== 'POST' || isApi(request)) return null;
    return (await findEndedSession(deps, keyedHash(SECRET, 'session', token))) ?? null;
  }

  app.addHook('preValidation', (request, reply, done) => {
    const { endedSession } = request;
    if (endedSession) {
      return app.csrfProtection.call(app, request, reply, () => {
        request.endedSession = null;
        request.formOf = endedSession.staffId;
        done(notSignedIn(request));
      });
    }
    if (request.routeOptions.config.bySecret) return done();
    const reads = ['GET', 'HEAD', 'OPTIONS'].includes(request.method);
    const byCookie = request.session !== null || !isApi(request);
    if (reads || request.is404 || !byCookie || request.ctx?.actor.type === 'client') return done();
    app.csrfProtection.call(app, request, reply, done);
  });

  await limitRates(app as App, deps);
});

/** With https the cookie is bound to this host, so that a neighbouring one cannot plant its own. */
export function cookieName(config: Config, name: string): string {
  return config.PUBLIC_URL.startsWith('https:') ? `__Host-${name}` : name;
}

/** The cookie that a browser's form tokens go with. */
export const formCookie = (config: Config) => cookieName(config, 'lendwell-form');

export const isApi = (request: FastifyRequest) => request.url.startsWith('/api/');

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

import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { listBody } from '../shared/body-limits.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { newForm } from '../web/forms.ts';
import { findSession, type Session } from './access.queries.ts';
import { arrivalOf, enter, type Onward, onwardOf, takeOver } from './arrival.view.ts';
import { sessionCookie } from './authentication.ts';
import { perAddress } from './rate-limit.ts';
import { noteRefusal } from './security-log.commands.ts';
import { triesPerMinute } from './sign-in.rules.ts';
import { completeSignOn, proveBySignOn } from './sign-on.commands.ts';
import { provingOf } from './sign-on.queries.ts';
import { type SignOnRefusal, signOnRefusalOf, signOnRefusals, signOnRefused } from './sign-on.rules.ts';
import { type Begun, begunIn, endBegun, type Purpose } from './sign-on-begun.ts';
import { beginSignOn, callbackPath, whoCame } from './sign-on-exchange.ts';
import { endSessionsThere } from './sign-on-logout.commands.ts';
import { publicKeysOf } from './sign-on-provider.ts';
import { keyedHash } from './tokens.ts';
import { whenceOf } from './whence.ts';

/** How many tokens of ended sessions the provider may send a minute. */
const logoutsPerMinute = 300;
const params = Type.Object({ token: Type.String({ maxLength: 100 }) });

/** Single sign-on: the way to the provider and back, and what the provider says of sessions that ended there. */
export function signOnPages(app: App, deps: Deps): void {
  if (!deps.config.OIDC_ISSUER) return;
  const tried = { rateLimit: perAddress(triesPerMinute) } as const;

  app.post(
    '/sign-in/provider',
    { bodyLimit: listBody, config: { action: 'public', ...tried } },
    (request, reply) => leave(request, reply, { to: 'enter' }),
  );
  app.post('/prove/provider', { config: { action: 'session.own', ...tried } }, (request, reply) =>
    leave(request, reply, { to: 'prove', session: request.session!.tokenHash.toString('base64url') }),
  );
  app.post(
    '/password/:token/provider',
    { config: { action: 'public', ...tried }, schema: { params } },
    (request, reply) => leave(request, reply, { to: 'link', token: request.params.token }),
  );

  app.get(callbackPath, { config: { action: 'public', ...tried } }, async (request, reply) => {
    const begun = begunIn(deps, request);
    const { state } = request.query as { state?: unknown };
    if (!begun || state !== begun.state) return refuse(request, reply, 'not_begun');
    const ended = await endBegun(deps, reply, begun);
    const onward: Onward = { next: begun.next, kept: ended?.kept };
    const own = begun.purpose.to === 'prove' ? await sessionIn(request, begun.purpose.session) : undefined;
    try {
      if (!ended || (begun.purpose.to === 'prove' && !own)) throw signOnRefused('not_begun');
      await arrive(request, reply, begun, own);
      return await enter(deps, request, reply, onward);
    } catch (error) {
      const reason = signOnRefusalOf(error);
      if (!reason) throw error;
      return refuse(request, reply, reason, { ...onward, own });
    }
  });

  app.post(
    '/sign-in/back-channel-logout',
    { config: { action: 'public', bySecret: true, rateLimit: perAddress(logoutsPerMinute) } },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const { logout_token: token } = (request.body ?? {}) as { logout_token?: unknown };
      try {
        if (typeof token !== 'string') throw signOnRefused('answer_not_valid');
        await endSessionsThere(deps, { id: request.id, from: whenceOf(request) }, token);
        return reply.code(200).send();
      } catch (error) {
        const reason = signOnRefusalOf(error);
        if (!reason) throw error;
        await note(request, `logout_${reason}`);
        return reply.code(400).send({ error: 'invalid_request' });
      }
    },
  );

  app.get('/sign-in/keys', { config: { action: 'public', ...tried } }, () => publicKeysOf(deps.config));

  /** Leads to the provider, by a page: a browser holds the form that led here to this site, wherever it is sent on to. */
  async function leave(request: FastifyRequest, reply: FastifyReply, purpose: Purpose) {
    const onward = onwardOf(request.body);
    try {
      const url = await beginSignOn(deps, request, reply, { ...onward, purpose });
      return await reply
        .header('refresh', `0;url=${url}`)
        .page('access/views/sign-on-leave.njk', { url, isOut: false });
    } catch (error) {
      const reason = signOnRefusalOf(error);
      if (!reason) throw error;
      const own = request.session ? { ...request.session } : undefined;
      return refuse(request, reply, reason, { ...onward, own });
    }
  }

  /** Does what a sign-in at the provider was for. */
  async function arrive(
    request: FastifyRequest,
    reply: FastifyReply,
    begun: Begun,
    own: OwnSession | undefined,
  ): Promise<void> {
    const came = await whoCame(deps, request, begun);
    if (own) {
      await proveBySignOn(deps, request.ctx, own, came);
      request.session = { ...own, isProved: true };
      return;
    }
    const link = begun.purpose.to === 'link' ? begun.purpose.token : undefined;
    const arrival = { ...arrivalOf(deps, request), link };
    takeOver(deps, request, reply, await completeSignOn(deps, request.id, came, arrival));
  }

  /** The open session of the cookie, where a proof was begun in it; whoever asks is known from here on. */
  async function sessionIn(request: FastifyRequest, hash: string): Promise<OwnSession | undefined> {
    const token = request.cookies[sessionCookie(deps.config)];
    const session = token && (await findSession(deps, keyedHash(deps.key, 'session', token)));
    if (!session || session.needs || session.tokenHash.toString('base64url') !== hash) return undefined;
    const { staffId, name, role } = session;
    request.session = session;
    request.ctx = {
      actor: { type: 'staff', id: staffId, name, role },
      requestId: request.id,
      from: whenceOf(request),
    };
    return session;
  }

  /** Notes a refusal, and shows it where someone can begin again: what was typed before is kept. */
  async function refuse(
    request: FastifyRequest,
    reply: FastifyReply,
    reason: SignOnRefusal,
    { own, ...onward }: Partial<Onward> & { own?: OwnSession | undefined } = {},
  ) {
    await note(request, reason, own?.staffId);
    const form = { ...newForm(), summary: [{ text: signOnRefusals[reason] }] };
    const next = onward.next ?? '/';
    reply.code(reason === 'provider_away' ? 503 : 403);
    if (!own) return reply.page('access/views/sign-in.njk', { form, ...onward, next });
    return reply.page('access/views/prove.njk', { form, ...onward, next, ...(await provingOf(deps, own)) });
  }

  const note = (request: FastifyRequest, about: string, staffId?: string) =>
    noteRefusal(
      deps,
      { actor: request.ctx?.actor, requestId: request.id, from: whenceOf(request) },
      { kind: 'sign_on_refused', about, staffId },
    );
}

type OwnSession = Pick<Session, 'id' | 'tokenHash' | 'staffId' | 'needs' | 'isProved'>;

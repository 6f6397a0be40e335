import { randomUUID } from 'node:crypto';
import path from 'node:path';
import helmet from '@fastify/helmet';
import view from '@fastify/view';
import type { FastifyReply, FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import nunjucks from 'nunjucks';
import { cookieName, isApi } from '../access/authentication.ts';
import { demonstrationView, putAwayCookie, toTryOf } from '../access/demonstration.rules.ts';
import { formIn, sealForm } from '../access/kept-form.ts';
import { passkeyToShow } from '../access/passkey.commands.ts';
import { type Action, may } from '../access/permissions.ts';
import { placeOfStep } from '../access/sign-in.rules.ts';
import { provingOf } from '../access/sign-on.queries.ts';
import { signOnView } from '../access/sign-on.rules.ts';
import { keyedHash } from '../access/tokens.ts';
import { currentScheme } from '../scheme/scheme.queries.ts';
import type { Scheme } from '../scheme/scheme.schemas.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import * as formats from '../shared/formats.ts';
import type { Problem } from '../shared/problem.ts';
import { statusTag } from '../shared/statuses.ts';
import { nhsuk, serveAssets } from './assets.ts';
import { newForm } from './forms.ts';
import { leadBack } from './kept-page.ts';
import { leftOut, withoutFaults } from './left-out.ts';
import { listsShown, viewsOf } from './lists-shown.ts';
import { navigationFor } from './navigation.ts';
import { permissionsPolicy, securityHeaders } from './security-headers.ts';

/** Tells the styles, before anything is drawn, that scripts run; the one inline script, allowed by its hash. */
const markSupport =
  "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');";

/** What a page says after something was done: what happened, where the next step is, and the form that takes it back. */
export type Banner = {
  text: string;
  /** What stands over it, where that is not “Done”. */
  title?: string;
  link?: { href: string; text: string };
  undo?: { href: string; fields: Record<string, string> };
};

/** Functions that templates may call, by their names. */
type Words = Record<string, (...given: never[]) => unknown>;

declare module 'fastify' {
  interface FastifyReply {
    /** A page made of a template under src and its data. */
    page(view: string, data?: object): Promise<string>;
    /** Something was done: goes to a page (303) that says so. The banner holds no personal details. */
    done(href: string, banner: Banner): FastifyReply;
    /** What this browser last saw of a list, as its address has it, for what comes next in it. */
    lastSeen(list: string): URLSearchParams;
  }
}

/** The shell of the admin pages: templates, styles, banners, error pages, and the security headers of every reply. Comes before authentication, whose refusals need them as well. */
export const admin = plugin<{ deps: Deps; words: Words }>(async (app, { deps, words }) => {
  const secure = deps.config.PUBLIC_URL.startsWith('https:');
  const bannerCookie = cookieName(deps.config, 'lendwell-banner');
  const bannerOptions = {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    signed: true,
    maxAge: 60,
  } as const;

  const lists = listsShown(cookieName(deps.config, 'lendwell-lists'), {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure,
    signed: true,
  });

  await app.register(helmet, securityHeaders(deps.config, markSupport));
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('permissions-policy', permissionsPolicy);
  });
  // Pages are no part of the API that OpenAPI describes.
  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/api/')) route.schema = { ...route.schema, hide: true };
  });
  const assets = await serveAssets(app);
  await app.register(view, {
    engine: { nunjucks },
    templates: [path.join(import.meta.dirname, '..'), path.dirname(nhsuk)],
    production: true,
    options: {
      autoescape: true,
      throwOnUndefined: false,
      trimBlocks: true,
      lstripBlocks: true,
      onConfigure: (environment: nunjucks.Environment) => addWords(environment, deps, words),
    },
  });

  // A filter form sends the filters that are not set as empty.
  app.addHook('preValidation', async (request) => {
    if (isApi(request)) return;
    const query = request.query as Record<string, unknown>;
    for (const [name, value] of Object.entries(query)) if (value === '') delete query[name];
  });

  app.decorateReply('page', async function (this: FastifyReply, name: string, data: object = {}) {
    this.type('text/html; charset=utf-8');
    this.request.shown = data;
    const [scheme, views] = await Promise.all([schemeOrSettings(), viewsOf(deps.db, this.request, data)]);
    lists.remember(this, data);
    const html = await this.viewAsync(name, { ...data, ...around(this, scheme, views) });
    if (html.includes(' data-scan=')) letReaderRun(this);
    return leadBack(deps, this, html);
  });
  app.decorateReply('done', function (this: FastifyReply, href: string, banner: Banner) {
    return this.setCookie(bannerCookie, JSON.stringify(banner), bannerOptions).redirect(href, 303);
  });

  app.decorateReply('lastSeen', function (this: FastifyReply, list: string) {
    return new URLSearchParams(lists.seen(this.request, list));
  });

  /** The page that says that the database is away has a name on it as well. */
  const schemeOrSettings = () =>
    currentScheme(deps).catch(() => ({ name: deps.config.SCHEME_NAME, phone: deps.config.SCHEME_PHONE }));

  /** What every page has around it. */
  function around(reply: FastifyReply, scheme: Pick<Scheme, 'name'>, views: object | undefined) {
    const { request } = reply;
    const actor = request.session?.needs ? undefined : request.ctx?.actor;
    const here = request.url.split('?')[0]!;
    const navigation = actor ? navigationFor(actor, here, (url) => app.hasRoute({ method: 'GET', url })) : [];
    return {
      page: {
        here,
        assets,
        actor,
        canSearch: actor?.type === 'staff' && may(actor, 'searches.run'),
        session: request.session && draftsOf(deps, request.session),
        idleMinutes: actor?.type === 'staff' ? deps.config.SESSION_IDLE_MINUTES : null,
        scheme,
        signOn: signOnView(deps.config),
        markSupport: new nunjucks.runtime.SafeString(markSupport),
        navigation,
        demonstration: demonstrationView(deps, request.headers.host),
        // Where the day of a role begins.
        toTry:
          actor && here === navigation[0]?.href
            ? toTryOf(deps, actor.role, request.cookies[cookieName(deps.config, putAwayCookie)] ?? '')
            : null,
        banner: takeBanner(reply),
        views,
        backTo: (href: string) => lists.backTo(request, href),
      },
      may: (action: Action) => !!actor && may(actor, action),
      hidden: (once = true) => hiddenFields(reply, once),
    };
  }

  function takeBanner(reply: FastifyReply): Banner | undefined {
    const cookie = reply.request.cookies[bannerCookie];
    if (!cookie || reply.statusCode >= 300) return undefined;
    reply.clearCookie(bannerCookie, bannerOptions);
    const { valid, value } = reply.unsignCookie(cookie);
    return valid ? (JSON.parse(value) as Banner) : undefined;
  }

  app.decorate('pageForProblem', async (request: FastifyRequest, reply: FastifyReply, problem: Problem) => {
    reply.code(problem.status);
    const { needs } = request.session ?? {};
    if (problem.status === 401 && needs)
      return reply.redirect(`${placeOfStep[needs]}?next=${encodeURIComponent(comeBackTo(request))}`, 303);
    if (problem.type === 'proof-required') {
      const next = comeBackTo(request);
      const kept = sealForm(deps, request);
      if (!kept) return reply.redirect(`/prove?next=${encodeURIComponent(next)}`, 303);
      const proving = await provingOf(deps, request.session!);
      const passkey = await passkeyToShow(deps, request, proving.bySignOn ? [] : proving.standing.kinds);
      const shown = { form: newForm(), next, kept, ...proving, ...passkey };
      return reply.send(await reply.page('access/views/prove.njk', shown));
    }
    if (problem.status === 401) {
      const next = comeBackTo(request);
      const kept = sealForm(deps, request);
      if (!kept) return reply.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303);
      return reply.send(await reply.page('access/views/sign-in.njk', { form: newForm(), next, kept }));
    }
    const rest = request.method === 'GET' && request.ctx && withoutFaults(request.url, problem);
    if (rest) return reply.done(rest, { text: leftOut, title: 'Look again' });
    // A form of ours from before signing in again, in another window: sent once more, it counts.
    const kept = problem.type === 'form-expired' && isFromHere(request) && formIn(request);
    if (kept)
      return reply.send(await reply.page('access/views/kept-form.njk', { kept, next: comeBackTo(request) }));
    const page = await reply
      .page('web/views/problem.njk', { problem, requestId: request.id })
      .catch((err) => {
        request.log.error({ err }, 'the page for problems is broken');
        return problem.title;
      });
    return reply.send(page);
  });
});

/** What reads codes from the camera is compiled in the browser, which the policy has to allow; it allows no text to run. */
function letReaderRun(reply: FastifyReply): void {
  const policy = String(reply.getHeader('content-security-policy'));
  reply.header(
    'content-security-policy',
    policy.replace(/script-src [^;]*/, (sources) => `${sources} 'wasm-unsafe-eval'`),
  );
}

/** Whether the browser says that a page of this site sent it, which no other site can make it say (Fetch Metadata). */
const isFromHere = ({ headers, ctx }: FastifyRequest) =>
  ctx !== undefined && headers['sec-fetch-site'] === 'same-origin';

/** The page to show after signing in: this one, or the one that held the form. */
function comeBackTo(request: FastifyRequest): string {
  if (request.method === 'GET') return request.url;
  const { referer, host } = request.headers;
  const from = referer && URL.canParse(referer) ? new URL(referer) : undefined;
  return from && from.host === host ? from.pathname + from.search : '/';
}

/** Whose session what is typed in a browser belongs to, without a word of the session itself. */
const draftsOf = ({ key }: Deps, { tokenHash }: { tokenHash: Buffer }) =>
  keyedHash(key, 'drafts', tokenHash.toString('base64url')).toString('base64url').slice(0, 16);

/** The token against forged forms, and the key that makes a second click harmless. */
function hiddenFields(reply: FastifyReply, once: boolean) {
  const field = (name: string, value: string) => `<input type="hidden" name="${name}" value="${value}">`;
  const html = field('_csrf', reply.formToken()) + (once ? field('_once', randomUUID()) : '');
  return new nunjucks.runtime.SafeString(html);
}

function addWords(environment: nunjucks.Environment, { clock }: Deps, words: Words): void {
  for (const [name, filter] of Object.entries(formats)) environment.addFilter(name, filter);
  environment.addFilter('shortDate', (value?: string | null) => formats.shortDate(value, today(clock)));
  environment.addGlobal('statusTag', statusTag);
  for (const [name, word] of Object.entries(words)) environment.addGlobal(name, word);
}

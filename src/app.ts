import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyReply } from 'fastify';
import { authentication } from './access/authentication.ts';
import { ownRows } from './access/own-rows.ts';
import { refusals } from './access/refusals.ts';
import { apiFeatures } from './api-features.ts';
import { settingsBeside } from './office/settings.ts';
import { pageFeatures } from './page-features.ts';
import { looks } from './people/looks.ts';
import { barrierWords } from './referrals/referral.rules.ts';
import { listBody, smallBody } from './shared/body-limits.ts';
import { connectionLimits } from './shared/connections.ts';
import type { Deps } from './shared/deps.ts';
import { health } from './shared/health.ts';
import { type App, http, problemDetails } from './shared/http.ts';
import { newId } from './shared/ids.ts';
import { openapi } from './shared/openapi.ts';
import { Problem } from './shared/problem.ts';
import { trustIn } from './shared/proxies.ts';
import type { JobQueue } from './shared/queue.ts';
import { securityContact } from './shared/security-contact.ts';
import { takeSheetBodies, uploads } from './shared/uploads.ts';
import { shownStatus } from './stock/devices/fitness.rules.ts';
import { discreetHost } from './web/discreet-host.ts';
import { keptPages } from './web/kept-page.ts';
import { admin } from './web/pages.ts';
import { bareHeaders } from './web/security-headers.ts';

/** The web application: plugins first, then each feature's API and pages. `queue` is what readiness asks after. */
export async function buildApp(deps: Deps, queue?: JobQueue): Promise<App> {
  const app: App = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: newId,
    bodyLimit: smallBody,
    requestIdHeader: false,
    trustProxy: trustIn(deps.config.TRUST_PROXY),
    ...connectionLimits(deps.config),
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_error, request, reply) =>
      (reply as FastifyReply)
        .code(400)
        .headers(bareHeaders(deps.config))
        .type('application/problem+json')
        .send(problemDetails(new Problem('bad-request'), request.id)),
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.server.maxConnections = deps.config.MOST_CONNECTIONS;
  await app.register(compress, { encodings: ['gzip'] });
  await app.register(openapi, { deps });
  await app.register(cookie, { secret: deps.key });
  await app.register(uploads);
  await app.register(http, { deps });
  await app.register(admin, { deps, words: { shownStatus, settingsBeside, barrierWords } });
  await app.register(discreetHost, { deps });
  await app.register(authentication, { deps });
  await app.register(ownRows, { deps });
  await app.register(refusals, { deps });
  await app.register(looks, { deps });
  await app.register(keptPages, { deps });
  await app.register(health, { deps, queue });
  await app.register(securityContact, { deps });

  await app.register(
    async (scope) => {
      const api: App = scope.withTypeProvider<TypeBoxTypeProvider>();
      takeSheetBodies(api);
      for (const routes of apiFeatures) routes(api, deps);
    },
    { prefix: '/api/v1' },
  );

  await app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: listBody });
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    for (const feature of pageFeatures) feature(pages, deps);
  });
  return app;
}

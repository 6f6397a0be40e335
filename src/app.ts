import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyReply } from 'fastify';
import { authentication } from './access/authentication.ts';
import { apiFeatures, pageFeatures } from './features.ts';
import type { Deps } from './shared/deps.ts';
import { health } from './shared/health.ts';
import { type App, http, problemDetails } from './shared/http.ts';
import { newId } from './shared/ids.ts';
import { openapi } from './shared/openapi.ts';
import { Problem } from './shared/problem.ts';
import type { JobQueue } from './shared/queue.ts';
import { takeSheetBodies, uploads } from './shared/uploads.ts';
import { shownStatus } from './stock/devices/fitness.rules.ts';
import { keptPages } from './web/kept-page.ts';
import { admin } from './web/pages.ts';

const megabyte = 1024 * 1024;

/** The web application: plugins first, then each feature's API and pages. `queue` is what readiness asks after. */
export async function buildApp(deps: Deps, queue?: JobQueue): Promise<App> {
  const app: App = Fastify({
    loggerInstance: deps.log as FastifyBaseLogger,
    genReqId: newId,
    bodyLimit: megabyte,
    requestIdHeader: false,
    trustProxy: deps.config.TRUST_PROXY,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: (_error, request, reply) =>
      (reply as FastifyReply)
        .code(400)
        .type('application/problem+json')
        .send(problemDetails(new Problem('bad-request'), request.id)),
  }).withTypeProvider<TypeBoxTypeProvider>();

  await app.register(compress, { encodings: ['gzip'] });
  await app.register(openapi, { deps });
  await app.register(cookie, { secret: deps.config.SECRET });
  await app.register(uploads);
  await app.register(http, { deps });
  await app.register(admin, { deps, words: { shownStatus } });
  await app.register(authentication, { deps });
  await app.register(keptPages, { deps });
  await app.register(health, { deps, queue });

  await app.register(
    async (scope) => {
      const api: App = scope.withTypeProvider<TypeBoxTypeProvider>();
      takeSheetBodies(api);
      for (const routes of apiFeatures) routes(api, deps);
    },
    { prefix: '/api/v1' },
  );

  await app.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: megabyte });
    const pages: App = scope.withTypeProvider<TypeBoxTypeProvider>();
    for (const feature of pageFeatures) feature(pages, deps);
  });
  return app;
}

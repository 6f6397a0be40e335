import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Deps } from './deps.ts';
import { forOperators } from './operators.ts';
import { xlsxType } from './sheet-file.ts';

/** A file as the body of a request. */
const bytes = { schema: { type: 'string', format: 'binary' }, example: 'the bytes of the file' };

/** OpenAPI 3.1 made from the routes' schemas, with Swagger UI at /docs. */
export const openapi = plugin(async (app: FastifyInstance, { deps }: { deps: Deps }) => {
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, place) => String(schema.$id ?? `def-${place}`),
    },
    transformObject(document) {
      const { paths = {} } = 'openapiObject' in document ? document.openapiObject : {};
      for (const { post } of Object.values(paths) as { post?: { requestBody?: { content?: object } } }[]) {
        const content: Record<string, object> = { ...post?.requestBody?.content };
        // A route has one schema for whatever it takes, and a workbook is bytes.
        if (content[xlsxType]) Object.assign(post!.requestBody!.content!, { [xlsxType]: bytes });
      }
      return 'openapiObject' in document ? document.openapiObject : document.swaggerObject;
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lendwell',
        version: '1',
        description:
          'Lends donated tablets and mobile data to people who use mental-health services, and schedules their support.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      security: [{ key: [] }],
      components: {
        securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'The key of an API client' } },
      },
    },
  });
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/docs')) route.config = { ...route.config, action: 'public' };
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiHooks: { onRequest: forOperators(deps) },
    // Swagger UI styles itself inline.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    logLevel: deps.config.LOG_LEVEL as 'info',
  });
});

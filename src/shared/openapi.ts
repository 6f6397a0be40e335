import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Deps } from './deps.ts';

/** OpenAPI 3.1 made from the routes' schemas, with Swagger UI at /docs. */
export const openapi = plugin(async (app: FastifyInstance, { deps }: { deps: Deps }) => {
  await app.register(swagger, {
    refResolver: {
      buildLocalReference: (schema, _base, _fragment, place) => String(schema.$id ?? `def-${place}`),
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
    // Swagger UI styles itself inline.
    staticCSP:
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    logLevel: deps.config.LOG_LEVEL as 'info',
  });
});

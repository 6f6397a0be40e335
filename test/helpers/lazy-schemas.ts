import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import Fastify, { type FastifyInstance } from 'fastify';
import { coercing, strict } from '../../src/shared/validation.ts';

/** An application that is there for Fastify's own compiler of replies, made before anyone looks for routes. */
const plain = Fastify();
plain.get('/', { schema: { response: { 200: { type: 'null' } } } }, () => null);

for (const ajv of [strict, coercing]) {
  const compile = ajv.compile.bind(ajv);
  const compileLazily = (schema: object) => {
    let made: ReturnType<typeof compile> | undefined;
    const validate = ((data: unknown) => {
      made ??= compile(schema);
      const isValid = made(data);
      validate.errors = made.errors;
      return isValid;
    }) as ReturnType<typeof compile>;
    return validate;
  };
  ajv.compile = compileLazily as typeof ajv.compile;
}

/**
 * The application that `build` makes, ready, with each schema of a route compiled when a request first needs it: a test
 * asks few of hundreds of routes, and compiling them all takes longer than most tests. That they all compile is seen
 * where the OpenAPI document is checked (`scripts/openapi.ts --check`).
 */
export async function readyWithLazySchemas<App extends FastifyInstance>(
  build: () => Promise<App>,
): Promise<App> {
  const setUp = (message: unknown) =>
    (message as { fastify: FastifyInstance }).fastify.setSerializerCompiler<object>((route) => {
      let serialise: ((data: unknown) => string) | undefined;
      return (data) => {
        serialise ??= plain.serializerCompiler!(route) as (data: unknown) => string;
        return serialise(data);
      };
    });
  subscribe('fastify.initialization', setUp);
  let app: App;
  try {
    app = await build();
  } finally {
    unsubscribe('fastify.initialization', setUp);
  }
  if (!plain.serializerCompiler) {
    for (const schema of Object.values(app.getSchemas())) plain.addSchema(schema);
    await plain.ready();
  }
  await app.ready();
  return app;
}

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance, RouteOptions } from 'fastify';

/** Every route that is registered while `build` runs, one entry a method. */
export async function routesOf<T>(
  build: () => Promise<T>,
): Promise<{ built: T; routes: { method: string; route: RouteOptions }[] }> {
  const routes: RouteOptions[] = [];
  const collect = (message: unknown) => {
    (message as { fastify: FastifyInstance }).fastify.addHook('onRoute', (route) => void routes.push(route));
  };
  subscribe('fastify.initialization', collect);
  try {
    const built = await build();
    const calls = routes.flatMap((route) => [route.method].flat().map((method) => ({ method, route })));
    return { built, routes: calls.filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS') };
  } finally {
    unsubscribe('fastify.initialization', collect);
  }
}

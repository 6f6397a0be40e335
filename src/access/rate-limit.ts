import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { Problem } from '../shared/problem.ts';
import { connectRedis } from '../shared/redis.ts';

/**
 * Holds each API client and member of staff, and on public routes each address, to its requests a
 * minute. Counts are in this process, or in Redis where there is one; a Redis that is away lets requests pass.
 */
export async function limitRates(app: App, deps: Deps): Promise<void> {
  const { REDIS_URL, RATE_PER_MINUTE } = deps.config;
  const redis = REDIS_URL
    ? connectRedis(REDIS_URL, {
        connectTimeout: 500,
        maxRetriesPerRequest: 1,
        enableOfflineQueue: false,
        maxRedirections: 2,
      })
    : undefined;
  redis?.on('error', (error: Error) => deps.log.warn({ err: error }, 'redis for rate limits is away'));
  app.addHook('onClose', async () => redis?.disconnect());

  await app.register(rateLimit, {
    ...(redis && { redis, nameSpace: 'lendwell-rate-' }),
    skipOnError: true,
    enableDraftSpec: true,
    timeWindow: '1 minute',
    keyGenerator: (request) =>
      request.ctx ? `${request.ctx.actor.type}:${request.ctx.actor.id}` : networkOfRequest(request),
    max: (request) => request.ratePerMinute ?? RATE_PER_MINUTE,
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  });
}

/** The limit of a route that strangers may try, such as signing in: requests a minute from one address. */
export function perAddress(max: number) {
  return { max, keyGenerator: networkOfRequest };
}

/** A hook that holds whatever `keyOf` gives, such as a link that many may use, to its requests a minute, or within another time. */
export function perKey(
  app: App,
  max: number,
  keyOf: (request: FastifyRequest) => string,
  timeWindow = '1 minute',
) {
  const limit = app.createRateLimit({ max, timeWindow, keyGenerator: keyOf });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const found = await limit(request);
    if (found.isAllowed || !found.isExceeded) return;
    reply.header('retry-after', found.ttlInSeconds);
    throw tooMany(found.ttl);
  };
}

/** The refusal of whoever has to wait so many milliseconds. */
export const tooMany = (ttl: number) =>
  new Problem('too-many-requests', { detail: `Wait ${Math.ceil(ttl / 1000)} seconds, then try again.` });

/** The network that a request comes from. */
export const networkOfRequest = (request: FastifyRequest) => normalizeIP(request.ip, 64);

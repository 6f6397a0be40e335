import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { networkOfRequest, tooMany } from './rate-limit.ts';
import { keyedHash } from './tokens.ts';

const minute = 60_000;
/** How many keys and sessions that open nothing one address may show a minute before they are no longer looked up. */
const refusedPerMinute = 60;
/** An address may have many people behind it: so many times what one of them may ask, and at least so much. */
const timesOne = 6;
const leastPerMinute = 6_000;
/** Of so many keys, sessions and addresses it is remembered how they fared. */
const mostRemembered = 10_000;

/**
 * What holds back whoever comes before it is known who they are: every address has so many requests a minute, and few
 * of them with keys or sessions that open nothing. What opened something lately is always looked up, so that nobody is
 * shut out by who else is behind their address. Counts of what was refused are in this process.
 */
export function arrivalLimits(app: App, deps: Deps) {
  const max = Math.max(leastPerMinute, timesOne * deps.config.RATE_PER_MINUTE);
  const limit = app.createRateLimit({
    max,
    timeWindow: '1 minute',
    keyGenerator: (request) => `arrival:${networkOfRequest(request)}`,
  });
  const refused = new Map<string, { count: number; until: number }>();
  const good = new Set<string>();
  const now = () => deps.clock.now().epochMilliseconds;
  const nameOf = (credential: string) => keyedHash(deps.key, 'arrival', credential).toString('base64url');

  return {
    /** @throws Problem `too-many-requests` */
    async count(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      if (request.routeOptions.config.rateLimit === false) return;
      const found = await limit(request);
      if (found.isAllowed) return;
      reply
        .header('ratelimit-limit', found.max)
        .header('ratelimit-remaining', found.remaining)
        .header('ratelimit-reset', found.ttlInSeconds);
      if (!found.isExceeded) return;
      reply.header('retry-after', found.ttlInSeconds);
      throw tooMany(found.ttl);
    },
    /** @throws Problem `too-many-requests` where too many from there were refused and this one is not known */
    assertMayTry(request: FastifyRequest, reply: FastifyReply, credential: string): void {
      const counted = refused.get(networkOfRequest(request));
      if (!counted || counted.until <= now() || counted.count < refusedPerMinute) return;
      if (good.has(nameOf(credential))) return;
      const wait = counted.until - now();
      reply.header('retry-after', Math.ceil(wait / 1000)).header('ratelimit-limit', refusedPerMinute);
      reply.header('ratelimit-remaining', 0).header('ratelimit-reset', Math.ceil(wait / 1000));
      throw tooMany(wait);
    },
    /** Remembers what came of one. */
    note(request: FastifyRequest, credential: string, isGood: boolean): void {
      const name = nameOf(credential);
      if (isGood) {
        remember(good, () => good.add(name));
        return;
      }
      good.delete(name);
      const from = networkOfRequest(request);
      const counted = refused.get(from);
      if (counted && counted.until > now()) counted.count += 1;
      else remember(refused, () => refused.set(from, { count: 1, until: now() + minute }));
    },
  };
}

/** Lets go of the oldest where there is no more room. */
function remember(kept: Set<string> | Map<string, unknown>, add: () => unknown): void {
  const [oldest] = kept.keys();
  if (kept.size >= mostRemembered && oldest !== undefined) kept.delete(oldest);
  add();
}

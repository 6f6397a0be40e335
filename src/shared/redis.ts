import { Cluster, Redis, type RedisOptions } from 'ioredis';

/**
 * Connects to what REDIS_URL names: one address is a Redis; several, separated by commas, are nodes of a Redis
 * Cluster, whose others they tell of. All nodes of a cluster have the user, password and TLS of the first.
 * @param options.maxRedirections how often a command to a cluster looks for its node before it fails
 */
export function connectRedis(
  urls: string,
  { maxRedirections = 16, ...options }: RedisOptions & { maxRedirections?: number },
): Redis | Cluster {
  const nodes = urls.split(',').map((url) => url.trim());
  const retryStrategy = (times: number) => Math.min(times * 200, 2_000);
  if (nodes.length === 1) return new Redis(nodes[0]!, { retryStrategy, ...options });
  const { username, password, protocol } = new URL(nodes[0]!);
  const { enableOfflineQueue = true, ...redisOptions } = options;
  return new Cluster(nodes, {
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue,
    maxRedirections,
    redisOptions: {
      ...redisOptions,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
}

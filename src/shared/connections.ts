import type { Config } from '../config.ts';

/** Headers come in at once; this is for a slow line. */
const headersMilliseconds = 20_000;
/** Longer than web servers in front keep theirs, so that they are the ones who close. */
const keepAliveMilliseconds = 72_000;
const requestsPerSocket = 10_000;

/**
 * How long a connection may take, for Fastify. One that does not send its request in time, or that is silent for twice
 * as long, is closed, so that nobody holds connections by sending next to nothing.
 */
export function connectionLimits({ REQUEST_SECONDS }: Config) {
  const milliseconds = REQUEST_SECONDS * 1000;
  return {
    requestTimeout: milliseconds,
    connectionTimeout: 2 * milliseconds,
    keepAliveTimeout: keepAliveMilliseconds,
    maxRequestsPerSocket: requestsPerSocket,
    http: {
      headersTimeout: Math.min(headersMilliseconds, milliseconds),
      connectionsCheckingInterval: Math.min(10_000, milliseconds / 4),
    },
  };
}

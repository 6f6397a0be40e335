import type { FastifyRequest } from 'fastify';
import type { Deps } from './deps.ts';

/**
 * The whole address of a link that people are sent: under the address that is set for Lendwell, else the one that is
 * listened on. Never the one that it was asked by, which is the caller's to choose.
 */
export function linkAddress({ config }: Deps, request: FastifyRequest, path: string): string {
  const { HOST, PORT, PUBLIC_URL } = config;
  if (PUBLIC_URL) return PUBLIC_URL + path;
  const listening = request.server.server.address();
  const port = typeof listening === 'object' && listening ? listening.port : PORT;
  return `http://${HOST.includes(':') ? `[${HOST}]` : HOST}:${port}${path}`;
}

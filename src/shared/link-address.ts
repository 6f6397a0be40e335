import type { FastifyRequest } from 'fastify';
import type { Deps } from './deps.ts';

/** The whole address of a link that people are sent: under the address that is set for Lendwell, or the one it was just asked by. */
export function linkAddress({ config }: Deps, request: FastifyRequest, path: string): string {
  return `${config.PUBLIC_URL || `${request.protocol}://${request.host}`}${path}`;
}

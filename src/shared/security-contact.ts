import type { FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Deps } from './deps.ts';

/** For how long what is said there may be believed, as RFC 9116 wants it said. */
const holdsForHours = 90 * 24;

/** /.well-known/security.txt (RFC 9116): whom to tell of a fault, where that is set. */
export const securityContact = plugin(async (app: FastifyInstance, { deps }: { deps: Deps }) => {
  const { SECURITY_CONTACT } = deps.config;
  if (!SECURITY_CONTACT) return;
  app.get(
    '/.well-known/security.txt',
    { config: { action: 'public' }, schema: { hide: true }, logLevel: 'warn' },
    async (_request, reply) => {
      const expires = deps.clock.now().add({ hours: holdsForHours }).toString({ smallestUnit: 'second' });
      const lines = [`Contact: ${SECURITY_CONTACT}`, `Expires: ${expires}`, 'Preferred-Languages: en'];
      return reply.type('text/plain; charset=utf-8').send(`${lines.join('\n')}\n`);
    },
  );
});

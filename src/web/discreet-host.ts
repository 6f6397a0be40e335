import plugin from 'fastify-plugin';
import type { Deps } from '../shared/deps.ts';

/** What is at the address that reveals nothing: pages that name nobody, and what they are drawn with. */
const discreetPages = /^\/(?:(?:a|f|g|w|assets)\/|notice(?:[?#]|$))/;

/**
 * Where discreet links begin with an address of their own (`LINK_URL`), nothing else is there: whoever shortens or
 * mistypes one is told neither the scheme nor that it lends devices, as the sign-in page and its faults would.
 */
export const discreetHost = plugin<{ deps: Deps }>(async (app, { deps: { config } }) => {
  const hostOf = (address: string) => (address ? new URL(address).host : '');
  const host = hostOf(config.LINK_URL);
  if (!host || host === hostOf(config.PUBLIC_URL)) return;
  app.addHook('onRequest', (request, reply, done) => {
    if (request.host !== host || discreetPages.test(request.url)) return done();
    reply
      .code(404)
      .type('text/plain; charset=utf-8')
      .send('There is nothing here. Look at the address again.');
  });
});

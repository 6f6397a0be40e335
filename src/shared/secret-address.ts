import type { App } from './http.ts';

/** For pages whose address is a secret: nobody keeps them, and no site that they lead to learns of it. */
export function keepAddressSecret(app: App): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    reply
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .header('x-robots-tag', 'noindex');
    return payload;
  });
}

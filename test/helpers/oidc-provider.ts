import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { App } from '../../src/shared/http.ts';

type Account = { name: string; email: string; roles?: string[] };

/**
 * A whole provider of single sign-on on this machine, with a sign-in of its own that asks for a name alone. `signIn` walks it
 * by HTTP from the address that a browser was led to, and keeps the provider's cookies for the next time. What it says of ended
 * sessions goes to `back.app`, since the application listens nowhere.
 */
export async function oidcProvider(
  t: { teardown(work: () => unknown): unknown },
  { publicUrl, key }: { publicUrl: string; key?: KeyObject },
) {
  const accounts: Record<string, Account> = {};
  const back: { app?: App; answers: number[]; sent: string[] } = { answers: [], sent: [] };
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const jwk = key && { ...createPublicKey(key).export({ format: 'jwk' }), kid: 'of lendwell', use: 'sig' };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'lendwell',
        redirect_uris: [`${publicUrl}/sign-in/callback`],
        post_logout_redirect_uris: [`${publicUrl}/sign-in`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        backchannel_logout_uri: `${publicUrl}/sign-in/back-channel-logout`,
        backchannel_logout_session_required: true,
        require_auth_time: true,
        ...(jwk
          ? {
              token_endpoint_auth_method: 'private_key_jwt' as const,
              token_endpoint_auth_signing_alg: 'RS512' as const,
              jwks: { keys: [jwk] },
            }
          : { client_secret: 'a secret of the provider' }),
      },
    ],
    claims: { openid: ['sub', 'roles', 'amr'], profile: ['name'], email: ['email'] },
    pkce: { required: () => true },
    jwks: {
      keys: [
        {
          ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
          use: 'sig',
        },
      ],
    },
    cookies: { keys: ['a key of the provider'] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...accounts[id] }),
    }),
    enabledJWA: { clientAuthSigningAlgValues: ['RS256', 'RS512'] },
    interactions: { url: (_ctx, { uid }) => `/enter/${uid}` },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
    fetch: async (url, options) => {
      const target = new URL(url instanceof Request ? url.url : url);
      if (target.origin !== publicUrl || !back.app) return fetch(url, options);
      const payload = String(options?.body);
      back.sent.push(payload);
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const reply = await back.app.inject({ method: 'POST', url: target.pathname, headers, payload });
      back.answers.push(reply.statusCode);
      return new Response(null, { status: reply.statusCode });
    },
  });
  const callback = provider.callback();
  server.on('request', async (request, reply) => {
    const entering = /^\/enter\/[^?]+(?:\?as=(.+))?$/.exec(request.url!);
    if (!entering) return callback(request, reply);
    // The page of its sign-in: a link for each account. Whoever follows one is signed in as them.
    const as = entering[1];
    const { prompt, params, grantId } = await provider.interactionDetails(request, reply);
    if (prompt.name === 'login' && !as) {
      const links = Object.keys(accounts).map((id) => `<a href="${request.url}?as=${id}">${id}</a>`);
      return reply
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<h1>Who are you?</h1>${links.join(' ')}`);
    }
    if (prompt.name === 'login')
      return provider.interactionFinished(request, reply, { login: { accountId: as!, amr: ['pwd', 'mfa'] } });
    const { accountId } = (await provider.interactionDetails(request, reply)).session!;
    const grant = grantId
      ? (await provider.Grant.find(grantId))!
      : new provider.Grant({ accountId, clientId: String(params.client_id) });
    grant.addOIDCScope('openid profile email');
    await provider.interactionFinished(request, reply, { consent: { grantId: await grant.save() } });
  });

  /** The cookies that a browser has at the provider. */
  const browser = () => new Map<string, string>();
  /**
   * Walks from an address at the provider, as someone, until it leads away from it: where to. Whatever form it shows
   * on the way is sent as it is, as a script of its page does, or whoever says yes.
   */
  const walk = async (from: string, as: string, cookies = browser()): Promise<string> => {
    let form: URLSearchParams | undefined;
    for (let url = from; ; ) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const post = form && { method: 'POST', body: form };
      const reply = await fetch(url, { redirect: 'manual', headers: { cookie }, ...post });
      form = undefined;
      for (const one of reply.headers.getSetCookie()) {
        const [, name, value] = /^([^=]+)=([^;]*)/.exec(one)!;
        cookies.set(name!, value!);
      }
      const text = await reply.text();
      const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
      const isAsked = text.includes('Who are you?');
      const next = reply.headers.get('location') ?? (isAsked ? `${new URL(url).pathname}?as=${as}` : action);
      if (!next)
        throw new Error(`the provider goes nowhere from ${new URL(url).pathname}: ${text.slice(-900)}`);
      if (next === action) {
        const fields = [...text.matchAll(/<input[^>]* name="([^"]+)" value="([^"]*)"/g)];
        form = new URLSearchParams(fields.map(([, name, value]): [string, string] => [name!, value!]));
        if (text.includes('name="logout"')) form.set('logout', 'yes');
      }
      const target = new URL(next, url);
      if (target.origin !== issuer) return target.pathname + target.search;
      url = target.href;
    }
  };
  return { issuer, provider, accounts, back, browser, walk };
}

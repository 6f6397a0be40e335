import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { visitor } from './visitor.ts';

type Claims = Record<string, unknown>;
type Asked = { who: Claims; redirect: string; challenge: string; nonce: string };
const keyId = 'first';
const now = () => Math.floor(Date.now() / 1000);

/**
 * A provider of single sign-on that speaks OpenID Connect and alters one thing at a time: claims of the id token,
 * the key that signs it, what its token endpoint answers, or whether it answers at all.
 */
export async function providerStub(t: { teardown(work: () => unknown): unknown }) {
  const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const forged = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const codes = new Map<string, Asked>();
  const state = {
    issuer: '',
    clientId: 'lendwell',
    /** Put into, or with undefined taken out of, the claims of each id token. */
    claims: {} as Claims,
    isForged: false,
    /** Answers in place of the endpoint of a path, where it does; `true` from it is that the endpoint answers. */
    instead: (_path: string, _reply: ServerResponse): boolean => false,
    /** Bodies and headers that the token endpoint was sent. */
    tokenRequests: [] as { body: URLSearchParams; authorization: string | undefined }[],
    userinfo: {} as Claims,
    discovery: {} as Claims,
    /** A token of this provider, or of someone who only says so. */
    signed: (claims: Claims, { typ = 'JWT', key = keys.privateKey, alg = 'RS256' } = {}) =>
      jwt({ alg, typ, kid: keyId }, claims, key),
    forgedKey: forged.privateKey,
    /** The address to which someone comes back who signed in at the address that a browser was led to. */
    comeBack(leftTo: string, who: Claims, code = randomUUID()): string {
      const query = new URL(leftTo).searchParams;
      const redirect = query.get('redirect_uri')!;
      codes.set(code, {
        who,
        redirect,
        challenge: query.get('code_challenge')!,
        nonce: query.get('nonce')!,
      });
      const back = new URLSearchParams({ code, state: query.get('state')!, iss: state.issuer });
      return `${new URL(redirect).pathname}?${back}`;
    },
  };

  const endpoints: Record<string, (request: IncomingMessage, body: string) => [number, Claims]> = {
    '/.well-known/openid-configuration': () => [
      200,
      {
        issuer: state.issuer,
        authorization_endpoint: `${state.issuer}/authorize`,
        token_endpoint: `${state.issuer}/token`,
        userinfo_endpoint: `${state.issuer}/userinfo`,
        end_session_endpoint: `${state.issuer}/end`,
        jwks_uri: `${state.issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        ...state.discovery,
      },
    ],
    '/jwks': () => [
      200,
      { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: 'RS256' }] },
    ],
    '/userinfo': () => [200, state.userinfo],
    '/token': ({ headers }, text) => {
      const body = new URLSearchParams(text);
      state.tokenRequests.push({ body, authorization: headers.authorization });
      const asked = codes.get(body.get('code') ?? '');
      codes.delete(body.get('code') ?? '');
      const challenge = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      if (!asked || challenge !== asked.challenge || body.get('redirect_uri') !== asked.redirect)
        return [400, { error: 'invalid_grant' }];
      const claims = {
        iss: state.issuer,
        aud: state.clientId,
        iat: now(),
        exp: now() + 300,
        auth_time: now(),
        nonce: asked.nonce,
        ...asked.who,
        ...state.claims,
      };
      const id_token = state.signed(claims, { key: state.isForged ? forged.privateKey : keys.privateKey });
      return [200, { access_token: randomUUID(), token_type: 'Bearer', expires_in: 300, id_token }];
    },
  };
  const server = createServer(async (request, reply) => {
    const path = request.url!.split('?')[0]!;
    let body = '';
    for await (const chunk of request) body += chunk;
    if (state.instead(path, reply)) return;
    const [status, answer] = endpoints[path]?.(request, body) ?? [404, {}];
    reply.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  state.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return state;
}
export type ProviderStub = Awaited<ReturnType<typeof providerStub>>;

/** The settings by which an application uses the stub. */
export const stubSettings = ({ issuer, clientId }: ProviderStub) => ({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_CLIENT_SECRET: 'a secret of the stub',
  OIDC_TIMEOUT_SECONDS: '30',
  PUBLIC_URL: 'http://lendwell.example',
});

type Visitor = ReturnType<typeof visitor>;

/** Where a page leads a browser that goes on to the provider. */
export const leftTo = (reply: { headers: Record<string, unknown> }): string =>
  /^0;url=(.+)$/.exec(String(reply.headers.refresh))?.[1] ?? '';

/** Someone signs in at the stub, by the button of the sign-in page, and comes back. */
export async function signOn(browser: Visitor, stub: ProviderStub, who: Claims, next = '/') {
  await browser.get(`/sign-in?next=${encodeURIComponent(next)}`);
  const left = await browser.send('/sign-in/provider', { next });
  return browser.get(stub.comeBack(leftTo(left), who));
}

function jwt(header: Claims, claims: Claims, key: KeyObject): string {
  const part = (value: Claims) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(claims)}`;
  const signature = header.alg === 'none' ? '' : sign('sha256', Buffer.from(text), key).toString('base64url');
  return `${text}.${signature}`;
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import * as client from 'openid-client';
import type { Config } from '../config.ts';
import type { Deps } from '../shared/deps.ts';
import { linkAddress } from '../shared/link-address.ts';
import type { Onward } from './arrival.view.ts';
import { type Claims, givesRoles, isStrongEnough, signOnRefused } from './sign-on.rules.ts';
import { type Begun, keepBegun, type Purpose } from './sign-on-begun.ts';
import { type Came, emailIn, isWord, nameIn } from './sign-on-claims.ts';
import { codeOf, isAway, providerOf } from './sign-on-provider.ts';

/** Where the provider sends people back to. */
export const callbackPath = '/sign-in/callback';

/**
 * Begins a sign-in at the provider. Its address, which is good for ten minutes and this browser alone.
 * @throws Problem `sign-on-refused` where the provider is away
 */
export async function beginSignOn(
  deps: Deps,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, kept, purpose }: Onward & { purpose: Purpose },
): Promise<string> {
  const provider = await providerOf(deps);
  const { OIDC_SCOPES, OIDC_ACR } = deps.config;
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const verifier = client.randomPKCECodeVerifier();
  await keepBegun(deps, reply, { state, nonce, verifier, next, purpose }, kept);
  const address = client.buildAuthorizationUrl(provider, {
    redirect_uri: linkAddress(deps, request, callbackPath),
    scope: OIDC_SCOPES,
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(OIDC_ACR && { acr_values: OIDC_ACR }),
    ...(purpose.to === 'prove' && { prompt: 'login', max_age: '0' }),
  });
  return address.href;
}

/**
 * Who comes back from the provider with a code. The library holds the answer to what was asked: state, nonce, issuer,
 * audience, signature, times. A proof is held to a sign-in since it was begun.
 * @throws Problem `sign-on-refused`
 */
export async function whoCame(deps: Deps, request: FastifyRequest, begun: Begun): Promise<Came> {
  const provider = await providerOf(deps);
  const url = new URL(linkAddress(deps, request, request.url));
  const since = Math.max(0, Math.ceil(deps.clock.now().since(begun.begunAt).total('seconds')));
  const tokens = await asked(deps, () =>
    client.authorizationCodeGrant(provider, url, {
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      pkceCodeVerifier: begun.verifier,
      ...(begun.purpose.to === 'prove' && { maxAge: since }),
    }),
  );
  const signed: Claims = { ...tokens.claims() };
  const { iss, sub, sid } = signed;
  if (!isWord(iss) || !isWord(sub) || !tokens.id_token) throw signOnRefused('answer_not_valid');
  if (!isStrongEnough(deps.config, signed)) throw signOnRefused('too_weak');
  const lacks = lacksClaims(deps.config, signed);
  const told =
    lacks && provider.serverMetadata().userinfo_endpoint
      ? await asked(deps, () => client.fetchUserInfo(provider, tokens.access_token, sub))
      : {};
  return {
    issuer: iss,
    subject: sub,
    sid: isWord(sid) ? sid : null,
    idToken: tokens.id_token,
    claims: { ...told, ...signed },
  };
}

/** Whether the id token does not say what is needed of someone: the role, and for who has no account yet name and address. */
function lacksClaims(config: Config, signed: Claims): boolean {
  const role = config.OIDC_ROLE_CLAIM;
  const lacksRole =
    givesRoles(config) && signed[role] === undefined && signed[role.split('.')[0]!] === undefined;
  const mayBeNew = config.OIDC_FIRST_SIGN_IN !== 'refuse';
  return lacksRole || (mayBeNew && (!emailIn(signed) || !nameIn(signed)));
}

/** By what a provider says itself that it cannot now (RFC 6749, 4.1.2.1). */
const awayWords = ['server_error', 'temporarily_unavailable'];

/** Asks the provider, and says in a word what went wrong. */
async function asked<T>({ log }: Deps, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    log.warn({ code: codeOf(error) }, 'a single sign-on did not hold');
    if (error instanceof client.AuthorizationResponseError && !awayWords.includes(error.error))
      throw signOnRefused('not_allowed_there');
    if (error instanceof client.AuthorizationResponseError) throw signOnRefused('provider_away');
    throw signOnRefused(isAway(error) ? 'provider_away' : 'answer_not_valid');
  }
}

import { constants, createPublicKey, type JsonWebKey, type VerifyKeyObjectInput, verify } from 'node:crypto';
import type { Deps } from '../shared/deps.ts';
import { type Claims, signOnRefused } from './sign-on.rules.ts';
import { isWord } from './sign-on-claims.ts';
import { codeOf, providerOf } from './sign-on-provider.ts';

/** Which sessions a provider says have ended: one, or all of somebody; and by what the saying is known again. */
export type LoggedOut = { issuer: string; subject: string | null; sid: string | null; jti: string };

/** How far the clocks of the provider and of Lendwell may be apart, and how old a token may be; in seconds. */
const tolerance = 30;
const oldest = 600;
/** What a provider says of its keys is as large as this at most, in bytes. */
const mostOfKeys = 500_000;

type Algorithm = { hash: string; kty: string; options?: Partial<VerifyKeyObjectInput> };

/** How the algorithms of signatures by a pair of keys are looked at. Those with a shared secret, and none at all, are not among them. */
const algorithms: Record<string, Algorithm> = {
  RS256: { hash: 'sha256', kty: 'RSA' },
  RS384: { hash: 'sha384', kty: 'RSA' },
  RS512: { hash: 'sha512', kty: 'RSA' },
  PS256: {
    hash: 'sha256',
    kty: 'RSA',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
  },
  PS384: {
    hash: 'sha384',
    kty: 'RSA',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 },
  },
  PS512: {
    hash: 'sha512',
    kty: 'RSA',
    options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 },
  },
  ES256: { hash: 'sha256', kty: 'EC', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { hash: 'sha384', kty: 'EC', options: { dsaEncoding: 'ieee-p1363' } },
};

/**
 * Reads the token by which a provider says that sessions have ended, and holds it to OpenID Connect Back-Channel Logout, 2.6:
 * signature, issuer, audience, times, that it is about ending sessions, and that it is no token of a sign-in.
 * @throws Problem `sign-on-refused`
 */
export async function readLogoutToken(deps: Deps, token: string): Promise<LoggedOut> {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = jsonIn(head);
  const claims = jsonIn(body);
  const algorithm = Object.hasOwn(algorithms, String(header.alg))
    ? algorithms[String(header.alg)]
    : undefined;
  if (more.length || !algorithm || header.crit !== undefined) throw signOnRefused('answer_not_valid');
  const typ = String(header.typ ?? 'JWT').toLowerCase();
  if (!['jwt', 'logout+jwt', 'application/logout+jwt'].includes(typ)) throw signOnRefused('answer_not_valid');
  const { issuer } = (await providerOf(deps)).serverMetadata();
  // Whatever is not of this provider costs it no call.
  if (claims.iss !== issuer || !isForUs(deps, claims)) throw signOnRefused('answer_not_valid');
  const keys = (await keysOf(deps)).filter(
    ({ kid, kty, use = 'sig', alg = header.alg }) =>
      kty === algorithm.kty && use === 'sig' && alg === header.alg && kid === (header.kid ?? kid),
  );
  const signed = Buffer.from(`${head}.${body}`);
  const isSigned = keys.some((jwk) =>
    isSignedBy(jwk, algorithm, signed, Buffer.from(signature, 'base64url')),
  );
  if (!isSigned) throw signOnRefused('answer_not_valid');
  const { sub, sid, jti } = claims;
  return {
    issuer,
    subject: isWord(sub) ? sub : null,
    sid: isWord(sid) ? sid : null,
    jti: String(jti),
  };
}

function isSignedBy(
  jwk: JsonWebKey,
  { hash, options }: Algorithm,
  signed: Buffer,
  signature: Buffer,
): boolean {
  try {
    return verify(hash, signed, { key: createPublicKey({ key: jwk, format: 'jwk' }), ...options }, signature);
  } catch {
    return false;
  }
}

const backChannelLogout = 'http://schemas.openid.net/event/backchannel-logout';

/** Whether claims are for this client, of now, and about ending sessions. */
function isForUs({ config }: Deps, { aud, iat, exp, jti, sub, sid, nonce, events }: Claims): boolean {
  const now = Date.now() / 1000;
  const isNow = typeof iat === 'number' && iat <= now + tolerance && iat >= now - oldest;
  const isOver = exp !== undefined && (typeof exp !== 'number' || exp < now - tolerance);
  const isAboutLogout =
    typeof events === 'object' &&
    events !== null &&
    Object.hasOwn(events, backChannelLogout) &&
    nonce === undefined;
  return [
    [aud].flat().includes(config.OIDC_CLIENT_ID),
    isNow,
    !isOver,
    isAboutLogout,
    isWord(jti),
    isWord(sub) || isWord(sid),
  ].every(Boolean);
}

function jsonIn(part: string): Claims {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // What cannot be read is refused as what does not hold.
  }
  throw signOnRefused('answer_not_valid');
}

/** The keys with which the provider signs, as it publishes them now. */
async function keysOf(deps: Deps): Promise<JsonWebKey[]> {
  const { jwks_uri } = (await providerOf(deps)).serverMetadata();
  if (!jwks_uri) throw signOnRefused('answer_not_valid');
  try {
    const response = await fetch(jwks_uri, {
      headers: { accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(deps.config.OIDC_TIMEOUT_SECONDS * 1000),
    });
    const text = await response.text();
    if (!response.ok || text.length > mostOfKeys) throw new Error('no keys');
    const { keys } = JSON.parse(text) as { keys: JsonWebKey[] };
    return keys.filter((key) => typeof key === 'object' && key !== null);
  } catch (error) {
    deps.log.warn({ code: codeOf(error) }, 'the keys of the provider of single sign-on could not be read');
    throw signOnRefused('provider_away');
  }
}

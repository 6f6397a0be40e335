import { createPrivateKey, createPublicKey, type webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import type { Config } from '../config.ts';
import type { Deps } from '../shared/deps.ts';
import { isSafeIssuer } from '../shared/unsafe-settings.ts';
import { signOnRefused } from './sign-on.rules.ts';

/** For how long what a provider says of itself is taken as it was read; in milliseconds. */
const knownFor = 60 * 60 * 1000;

type Known = { provider?: client.Configuration; readAt: number; reading?: Promise<client.Configuration> };
const known = new WeakMap<Config, Known>();

/**
 * The provider of single sign-on as it describes itself, read once an hour and shared by all who ask meanwhile. While it
 * is away, what was read last is good still; what was never read is asked for again the next time.
 * @throws Problem `sign-on-refused` where it does not answer in time, or not as it should
 */
export async function providerOf({ config, log }: Deps): Promise<client.Configuration> {
  const mine = known.get(config) ?? { readAt: 0 };
  known.set(config, mine);
  if (mine.provider && performance.now() - mine.readAt < knownFor) return mine.provider;
  mine.reading ??= discover(config).finally(() => {
    delete mine.reading;
  });
  try {
    mine.provider = await mine.reading;
    mine.readAt = performance.now();
    return mine.provider;
  } catch (error) {
    log.warn({ code: codeOf(error) }, 'what the provider of single sign-on says of itself could not be read');
    if (mine.provider) return mine.provider;
    throw signOnRefused('provider_away');
  }
}

async function discover(config: Config): Promise<client.Configuration> {
  const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_TIMEOUT_SECONDS } = config;
  const mayBePlain = OIDC_ISSUER.startsWith('http:') && isSafeIssuer(OIDC_ISSUER);
  return client.discovery(new URL(OIDC_ISSUER), OIDC_CLIENT_ID, {}, await clientAuthOf(config), {
    timeout: OIDC_TIMEOUT_SECONDS,
    // Signatures are looked at also where a token came straight from the provider.
    execute: [client.enableNonRepudiationChecks, ...(mayBePlain ? [client.allowInsecureRequests] : [])],
  });
}

/** By what Lendwell shows the provider who it is. */
async function clientAuthOf(config: Config): Promise<client.ClientAuth> {
  const { OIDC_CLIENT_SECRET: secret, OIDC_CLIENT_AUTH, OIDC_PRIVATE_KEY_ID: kid } = config;
  if (secret)
    return OIDC_CLIENT_AUTH === 'post' ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret);
  const key = await privateKeyOf(config);
  return client.PrivateKeyJwt(kid ? { key, kid } : key);
}

const keyKinds: Record<
  Config['OIDC_PRIVATE_KEY_ALG'],
  webcrypto.RsaHashedImportParams | webcrypto.EcKeyImportParams
> = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384' },
};

async function privateKeyOf(config: Config): Promise<client.CryptoKey> {
  return createPrivateKey(pemOf(config)).toCryptoKey(keyKinds[config.OIDC_PRIVATE_KEY_ALG], false, ['sign']);
}

/** The key by which a provider knows what Lendwell signed, as a JSON Web Key Set; empty where a secret is used. */
export function publicKeysOf(config: Config): { keys: object[] } {
  const { OIDC_PRIVATE_KEY, OIDC_PRIVATE_KEY_ALG: alg, OIDC_PRIVATE_KEY_ID: kid } = config;
  if (!OIDC_PRIVATE_KEY) return { keys: [] };
  const jwk = createPublicKey(pemOf(config)).export({ format: 'jwk' });
  return { keys: [{ ...jwk, use: 'sig', alg, ...(kid && { kid }) }] };
}

/** A variable of the environment often has its line ends written out. */
function pemOf({ OIDC_PRIVATE_KEY: given }: Config): string {
  return given.includes('-----BEGIN') ? given.replaceAll('\\n', '\n') : readFileSync(given, 'utf8');
}

/** The word for what went wrong with a provider, and never what it said: an answer may hold anything. */
export function codeOf(error: unknown): string {
  const {
    code,
    error: said,
    name,
    cause,
  } = error as { code?: unknown; error?: unknown; name?: string; cause?: unknown };
  const inner = (cause as { code?: unknown } | undefined)?.code;
  return [said, code, inner, name]
    .filter((word) => typeof word === 'string' && /^[\w-]{1,80}$/.test(word))
    .join(' ');
}

/** Whether a provider did not answer, or not in time, or says that it cannot now. */
export function isAway(error: unknown): boolean {
  const { code, cause, name } = error as { code?: string; cause?: unknown; name?: string };
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT' || name === 'TimeoutError') return true;
  if (error instanceof TypeError && !code) return true;
  return cause instanceof Response && cause.status >= 500;
}

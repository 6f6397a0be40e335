import type { Config } from '../config.ts';
import { isTooWide, proxiesIn } from './proxies.ts';

const loopback = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\]|)$/;

/** Whether a host is this machine itself. */
export const isThisMachine = (host: string): boolean => loopback.test(host);

/**
 * What in a configuration would put people's data at risk, each as a sentence that says what to
 * do; empty when all is well.
 */
export function unsafeSettings(config: Config): string[] {
  const isInside = insideOf(config);
  return [
    ...databaseFaults(config, isInside),
    ...secretFaults(config),
    ...publicFaults(config),
    ...proxyFaults(config),
    ...redisFaults(config, isInside),
    ...mailFaults(config, isInside),
    ...httpsFaults(config, isInside),
    ...signOnFaults(config),
  ];
}

/** Tells whether a host is reached by this machine or by a network that nobody else is on. */
function insideOf({ PRIVATE_HOSTS }: Config): (host: string) => boolean {
  const named = PRIVATE_HOSTS.split(',').map((host) => host.trim());
  return (host) => isThisMachine(host) || named.includes(host);
}
type Inside = ReturnType<typeof insideOf>;

function databaseFaults(config: Config, isInside: Inside): string[] {
  return (['DATABASE_URL', 'DATABASE_OWNER_URL'] as const)
    .filter((name) => config[name] && !isInsideOrVerified(config[name], isInside))
    .map(
      (name) =>
        `${name} leads to another machine without verified TLS: end it with ?sslmode=verify-full, and &sslrootcert=<file> where the certificate is your own.`,
    );
}

function isInsideOrVerified(address: string, isInside: Inside): boolean {
  const url = read(address);
  if (!url) return false;
  const host = url.searchParams.get('host') ?? url.hostname;
  return isInside(host) || host.startsWith('/') || url.searchParams.get('sslmode') === 'verify-full';
}

function secretFaults({ SECRET }: Config): string[] {
  return new Set(SECRET).size < 10 ? ['SECRET is not random: make one with `openssl rand -base64 48`.'] : [];
}

function publicFaults({ HOST, PUBLIC_URL, LINK_URL }: Config): string[] {
  const isHere = isThisMachine(HOST) && (!PUBLIC_URL || isThisMachine(read(PUBLIC_URL)?.hostname ?? '?'));
  return [
    ...(isHere || PUBLIC_URL.startsWith('https://')
      ? []
      : [
          'PUBLIC_URL is not an https address though others reach Lendwell: set it to the one that people use, such as https://lendwell.example.org.',
        ]),
    ...(isHere || !LINK_URL || LINK_URL.startsWith('https://')
      ? []
      : ['LINK_URL is not an https address: begin it with https://.']),
  ];
}

function proxyFaults({ TRUST_PROXY }: Config): string[] {
  const proxies = proxiesIn(TRUST_PROXY);
  const wide = typeof proxies === 'number' ? [] : proxies.filter(isTooWide);
  return wide.map(
    (network) =>
      `TRUST_PROXY lets too many say who calls (${network}): name the addresses of the web servers in front, or how many of them there are one behind the other, such as 1.`,
  );
}

function redisFaults({ REDIS_URL }: Config, isInside: Inside): string[] {
  const nodes = REDIS_URL.split(',').filter(Boolean).map(read);
  const isSafe = (url: URL | undefined) =>
    url &&
    (isThisMachine(url.hostname) || (url.password && (isInside(url.hostname) || url.protocol === 'rediss:')));
  return nodes.every(isSafe)
    ? []
    : ['REDIS_URL leads to another machine without TLS and a password: begin it with rediss://:<password>@.'];
}

function mailFaults({ EMAIL_BY, SMTP_URL }: Config, isInside: Inside): string[] {
  const url = read(SMTP_URL);
  const isSafe =
    EMAIL_BY !== 'smtp' ||
    (url &&
      (isInside(url.hostname) || url.protocol === 'smtps:' || url.searchParams.get('requireTLS') === 'true'));
  return isSafe
    ? []
    : ['SMTP_URL sends mail without TLS: begin it with smtps://, or end it with ?requireTLS=true.'];
}

function httpsFaults(config: Config, isInside: Inside): string[] {
  return (['NOTIFY_URL', 'SECURITY_ALERT_URL'] as const)
    .filter((name) => {
      const url = config[name] ? read(config[name]) : null;
      return url !== null && url?.protocol !== 'https:' && !(url && isInside(url.hostname));
    })
    .map((name) => `${name} is not an https address: begin it with https://.`);
}

function read(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined;
}

function signOnFaults({ OIDC_ISSUER }: Config): string[] {
  return OIDC_ISSUER && !isSafeIssuer(OIDC_ISSUER)
    ? ['OIDC_ISSUER is not https: anyone on the way could say who signs in.']
    : [];
}

/** Whether what a provider of single sign-on says cannot be changed on the way: https, or this machine. */
export function isSafeIssuer(issuer: string): boolean {
  const { protocol, hostname } = new URL(issuer);
  return protocol === 'https:' || (protocol === 'http:' && isThisMachine(hostname));
}

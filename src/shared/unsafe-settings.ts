import type { Config } from '../config.ts';

const local = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\]|)$/;

/**
 * What in a configuration would put people's data at risk, each as a sentence that says what to
 * do; empty when all is well.
 */
export function unsafeSettings(config: Config): string[] {
  const faults: string[] = [];
  for (const name of ['DATABASE_URL', 'DATABASE_OWNER_URL'] as const) {
    if (config[name] && !isLocalOrVerified(config[name])) {
      faults.push(
        `${name} leads to another machine without verified TLS: end it with ?sslmode=verify-full, and &sslrootcert=<file> where the certificate is your own.`,
      );
    }
  }
  if (new Set(config.SECRET).size < 10)
    faults.push('SECRET is not random: make one with `openssl rand -base64 48`.');
  return faults;
}

function isLocalOrVerified(url: string): boolean {
  try {
    const { hostname, searchParams } = new URL(url);
    const host = searchParams.get('host') ?? hostname;
    return local.test(host) || host.startsWith('/') || searchParams.get('sslmode') === 'verify-full';
  } catch {
    return false;
  }
}

/** Wrong passwords that an account may have before it has to wait. */
const freeTries = 5;

/** Seconds that an account waits after this many wrong passwords: none, then one minute, doubling to 30. */
export function waitAfter(failures: number): number {
  if (failures < freeTries) return 0;
  return Math.min(60 * 2 ** Math.min(failures - freeTries, 10), 30 * 60);
}

/** A wait in words that people can act on. */
export function waitInWords(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}

/**
 * Where to go after signing in: a path of this site, or the start page. Whatever a browser
 * could take for another site is refused, however it is disguised.
 */
export function localPath(next: unknown): string {
  const base = 'http://lendwell.invalid';
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  const elsewhere = url.origin !== base || url.pathname.startsWith('//');
  return elsewhere || /^\/sign-(in|out)\b/.test(url.pathname) ? '/' : url.pathname + url.search;
}

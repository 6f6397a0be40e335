/**
 * Where to go after signing in: a path of this site, or the start page. Whatever a browser
 * could take for another site is refused, however it is disguised.
 */
export function localPath(next: unknown): string {
  const base = 'http://lendwell.invalid';
  if (typeof next !== 'string' || !next.startsWith('/') || !URL.canParse(next, base)) return '/';
  const url = new URL(next, base);
  const elsewhere = url.origin !== base || url.pathname.startsWith('//');
  return elsewhere || /^\/(sign-(in|out)|prove)\b/.test(url.pathname) ? '/' : url.pathname + url.search;
}

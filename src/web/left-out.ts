import type { Problem } from '../shared/problem.ts';

/**
 * The address of a page without the part of its query that is not right; undefined where nothing of it can be left out,
 * and of files and pages to print,
 * which would then hold more than was asked for.
 * @param url as it was asked for, `/loans?due=never&status=open`
 */
export function withoutFaults(url: string, { type, errors = [] }: Problem): string | undefined {
  const [path, query] = url.split('?') as [string, string?];
  if (type !== 'bad-query' || !query || /\.[a-z]+$|\/print$/.test(path)) return undefined;
  const asked = new URLSearchParams(query);
  const before = asked.size;
  for (const { pointer } of errors) asked.delete(pointer.replace(/^\//, '').split('/')[0]!);
  if (asked.size === before) return undefined;
  return asked.size ? `${path}?${asked}` : path;
}

/** What a page says where part of its address was left out. It repeats none of it: anything may stand there. */
export const leftOut =
  'Part of the address was not right, so it is left out. Choose again what you look for.';

import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Reader } from '../shared/database.ts';
import { listViews } from './saved-view.queries.ts';

/** Lists by their address, with the filters and the page on which someone last saw each; the last one first. */
type Shown = [path: string, query: string][];

/** How many lists a browser remembers. */
const mostLists = 6;
const mostLength = 600;

/** Filters and order as an address has them, without the place in the list and what is empty. */
export function viewQuery(query: URLSearchParams | Record<string, unknown>): string {
  const pairs = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const kept = pairs.flatMap(([name, value]): [string, string][] =>
    value && !['after', 'kept', 'limit'].includes(name) ? [[name, String(value)]] : [],
  );
  return new URLSearchParams(kept).toString().slice(0, 500);
}

/**
 * What a browser remembers of the lists that were looked at, in a cookie: a page that shows filters is a list. A link
 * back to it leads to what was seen. Filters never name a person.
 */
export function listsShown(cookie: string, options: CookieSerializeOptions) {
  const lists = (request: FastifyRequest): Shown => {
    const { valid, value } = request.unsignCookie(request.cookies[cookie] ?? '');
    return valid && value ? (JSON.parse(value) as Shown) : [];
  };
  return {
    /** Remembers the list that is shown. */
    remember(reply: FastifyReply, data: object): void {
      const { request, statusCode } = reply;
      if (request.method !== 'GET' || statusCode !== 200 || !('filters' in data)) return;
      const [path, query = ''] = request.url.split('?') as [string, string?];
      const others = lists(request).filter(([one]) => one !== path);
      if (query.length > mostLength) return;
      reply.setCookie(cookie, JSON.stringify([[path, query], ...others].slice(0, mostLists)), options);
    },
    /** What was last seen of a list: its filters, order and place as an address has them; empty when it was not looked at. */
    seen(request: FastifyRequest, href: string): string {
      return lists(request).find(([path]) => path === href)?.[1] ?? '';
    },
    /** A link back to a list, with what was last seen of it. */
    backTo(request: FastifyRequest, href: string): string {
      const query = this.seen(request, href);
      return query ? `${href}?${query}` : href;
    },
  };
}

/** Someone's own views of the list that is shown, and what they would keep of it. Of a page that is no list, none. */
export async function viewsOf(db: Reader, { ctx, url, method }: FastifyRequest, data: object) {
  const [path, query = ''] = url.split('?') as [string, string?];
  if (!('filters' in data) || method !== 'GET' || ctx?.actor.type !== 'staff' || !ctx.actor.id)
    return undefined;
  const present = viewQuery(new URLSearchParams(query));
  const kept = (await listViews(db, ctx.actor.id, path)).map((view) => ({
    ...view,
    isShown: view.query === present,
  }));
  return { kept, query: present, mayKeep: present !== '' && !kept.some(({ isShown }) => isShown) };
}

import type { App } from '../../src/shared/http.ts';

let visitors = 0;
type Cookies = Map<string, string>;

/**
 * Someone at a browser of their own, without a browser: keeps its cookies, sends the form token of the page it looked at last,
 * and comes from the address that is given, or from one where nobody else is.
 */
export function visitor(
  app: App,
  { address = `198.51.100.${++visitors}`, agent = 'Mozilla/5.0 (Windows NT 10.0) Firefox/140.0' } = {},
) {
  const cookies: Cookies = new Map();
  let shown = '';
  const ask = async (method: 'GET' | 'POST', url: string, payload?: string) => {
    const reply = await app.inject({
      method,
      url,
      remoteAddress: address,
      headers: {
        'user-agent': agent,
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(payload !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(payload !== undefined && { payload }),
    });
    for (const { name, value, expires } of reply.cookies) {
      if (value && !(expires && expires.getTime() < 1000)) cookies.set(name, value);
      else cookies.delete(name);
    }
    if (reply.body.includes('_csrf')) shown = reply.body;
    return reply;
  };
  return {
    cookies,
    get: (url: string) => ask('GET', url),
    /** Sends a form of the page shown: its token, and those hidden fields of it that are named. */
    send(url: string, fields: Record<string, string> = {}, hidden: string[] = []) {
      const own = Object.fromEntries(['_csrf', ...hidden].map((name) => [name, fieldIn(shown, name)]));
      return ask('POST', url, new URLSearchParams({ ...own, ...fields }).toString());
    },
    async signIn(email: string, password: string, next = '/') {
      await ask('GET', `/sign-in?next=${encodeURIComponent(next)}`);
      return this.send('/sign-in', { email, password, next });
    },
    /** The value of a hidden field of the page shown. */
    hidden: (name: string) => fieldIn(shown, name),
  };
}

const fieldIn = (body: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1]?.replaceAll('&quot;', '"') ?? '';

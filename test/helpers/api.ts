import type { App } from '../../src/shared/http.ts';
import type { Headers } from './app.ts';

/** Calls the API as someone: `api('PATCH', '/webhooks/…', body, { 'if-match': etag })`; the reply read. */
export function apiOf(app: App, as: Headers) {
  return async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: object,
    headers: Headers = {},
  ) => {
    const reply = await app.inject({
      method,
      url: `/api/v1${url}`,
      headers: { ...as, ...headers },
      ...(payload && { payload }),
    });
    return { status: reply.statusCode, body: reply.json(), etag: String(reply.headers.etag) };
  };
}

import type { RouteOptions } from 'fastify';
import t from 'tap';
import { may, permissions } from '../../src/access/permissions.ts';
import { roles } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { routesOf } from '../helpers/routes.ts';

const { built, routes: calls } = await routesOf(() => testApp(t, { RATE_PER_MINUTE: '100000' }));
const { app, as } = built;

const someId = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
const statusOf = async (method: string, route: RouteOptions, headers: Record<string, string>) => {
  const url = route.url.replace(/:\w+/g, someId).replace('*', 'x');
  const isForm = method !== 'GET' && !route.url.startsWith('/api/');
  const reply = await app.inject({
    method: method as 'GET',
    url,
    headers: {
      ...headers,
      ...(method === 'GET'
        ? {}
        : { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' }),
    },
    ...(method === 'GET' ? {} : { payload: isForm ? '' : '{}' }),
  });
  return { status: reply.statusCode, location: String(reply.headers.location ?? '') };
};

t.test('every route names an action of the table, or is public', async (t) => {
  t.ok(calls.length > 30, `${calls.length} routes`);
  for (const { method, route } of calls) {
    const { action } = route.config ?? {};
    t.ok(action === 'public' || (action && action in permissions), `${method} ${route.url} ${action}`);
  }
  const publicRoutes = new Set(
    calls.filter(({ route }) => route.config?.action === 'public').map(({ route }) => route.url),
  );
  t.same(
    [...publicRoutes].filter((url) => url.startsWith('/api/')).sort(),
    ['inbound-texts', 'receipts', 'returned-letters'].map((what) => `/api/v1/callbacks/notify/${what}`),
    'no part of the API is public but what a provider calls with a token of its own',
  );
});

t.test('rule 19: every route for every role: what the table says, and nobody else', async (t) => {
  for (const { method, route } of calls) {
    const { action } = route.config ?? {};
    // Signing out is every role's to do, and would end the sessions that the rest needs.
    if (!action || action === 'public' || route.url === '/sign-out') continue;
    const nobody = await statusOf(method, route, {});
    if (route.url.startsWith('/api/')) t.equal(nobody.status, 401, `nobody ${method} ${route.url}`);
    else
      t.ok(
        nobody.status === 303 && nobody.location.startsWith('/sign-in'),
        `nobody ${method} ${route.url} ${nobody.status}`,
      );
    for (const role of roles) {
      const { status, location } = await statusOf(method, route, as[role]);
      const name = `${role} ${method} ${route.url}: ${status} ${location}`;
      const isForClients = route.url.startsWith('/api/') || !as[role].authorization;
      if (may({ role }, action) && isForClients) t.ok(status !== 401 && status !== 403 && status < 500, name);
      else t.equal(status, 403, name);
    }
  }
});

t.test(
  'rule 19: pages are for people: a clinic’s key does not open the waiting list of all clinics',
  async (t) => {
    const { status } = await statusOf('GET', { url: '/referrals/waiting' } as RouteOptions, as.clinic);
    t.equal(status, 403);
  },
);

t.test('whoever is not in the table may not', async (t) => {
  t.equal(may({ role: 'system' }, 'devices.read'), false);
  t.equal(may({ role: 'officer' }, 'no.such' as 'devices.read'), false);
  t.equal(may({ role: 'officer' }, 'toString' as 'devices.read'), false);
});

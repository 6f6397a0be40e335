import fc from 'fast-check';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { type Json, placesIn } from '../helpers/odd.ts';
import { routesOf } from '../helpers/routes.ts';
import { search } from '../helpers/searches.ts';

const { built, routes } = await routesOf(() => testApp(t, { RATE_PER_MINUTE: '1000000' }));
const { app, as, deps } = built;
const make = factories(deps);
const api = routes.filter(({ route }) => route.url.startsWith('/api/'));

const [device] = await make.devices(1);
const loan = await make.loan();
const ids = [device!.id, loan.id, loan.items[0]!.id, (await make.referral()).id, loan.followUps[0]!.id];

const oddText = fc.constantFrom(
  '',
  ' ',
  '\u0000',
  '\ud800',
  '2026-02-30',
  '9999-12-31',
  '0000-00-00',
  'x'.repeat(5000),
  '__proto__',
  "'; drop table event; --",
  '=1+1',
  '٣',
  '1e400',
  '-0',
  ...ids,
);
const odd: fc.Arbitrary<Json> = fc.oneof(
  oddText,
  fc.string(),
  fc.integer(),
  fc.constantFrom<Json>(1e308, -1, 2 ** 53, 0.1, null, [], {}),
  fc.boolean(),
  fc.jsonValue() as fc.Arbitrary<Json>,
);

/** A body with one or more of its parts taken out, put in or replaced by something odd. */
function mutate(body: Json, picks: { at: number; what: Json; how: number }[]): Json {
  const copy = structuredClone(body);
  for (const { at, what, how } of picks) {
    const places = placesIn(copy);
    const place = places[at % Math.max(places.length, 1)];
    if (!place) return what;
    const [parent, name] = place;
    if (how === 0) delete parent[name];
    else if (how === 1) parent[`${name}x`] = what;
    else parent[name] = what;
  }
  return copy;
}

const picks = fc.array(fc.record({ at: fc.nat(60), what: odd, how: fc.constantFrom(0, 1, 2, 2, 2, 2) }), {
  minLength: 0,
  maxLength: 3,
});
const examplesOf = (schema: unknown) =>
  ((schema as { examples?: Json[] } | undefined)?.examples ?? [{}]) as Json[];

t.test('no body, however odd, makes a 500, and each refusal of a body names its field', async (t) => {
  const changes = api.filter(({ method }) => method !== 'GET');
  t.ok(changes.length >= 12, `${changes.length} routes take a body`);
  const property = fc.asyncProperty(
    fc.nat(),
    fc.nat(),
    fc.constantFrom(...ids),
    picks,
    async (routeAt, exampleAt, id, picked) => {
      const { method, route } = changes[routeAt % changes.length]!;
      const examples = examplesOf(route.schema?.body);
      const isCsv = route.url.endsWith('/imports');
      const body = mutate(examples[exampleAt % examples.length]!, picked);
      const reply = await app.inject({
        method: method as 'POST',
        url: route.url.replace(':id', id) + (isCsv ? '?donor=A&receivedOn=2026-11-20&preview=true' : ''),
        headers: { ...as.manager, 'content-type': isCsv ? 'text/csv' : 'application/json' },
        payload: isCsv ? String(body) : JSON.stringify(body),
      });
      if (reply.statusCode >= 500)
        throw new Error(`${reply.statusCode} ${method} ${route.url} ${JSON.stringify(body)}`);
      if (reply.statusCode === 422) {
        const { errors } = reply.json();
        if (
          !Array.isArray(errors) ||
          !errors.every(({ pointer, message }) => typeof pointer === 'string' && message)
        ) {
          throw new Error(`no field named: ${method} ${route.url} ${reply.body}`);
        }
      }
    },
  );
  const { numRuns, seed } = search(t, { short: 300, long: 1000 });
  await fc.assert(property, { numRuns, seed });
  t.pass(`${numRuns} bodies`);
});

t.test('no query, however odd, makes a 500', async (t) => {
  const reads = api.filter(({ method }) => method === 'GET');
  const names = [
    'limit',
    'after',
    'status',
    'kind',
    'from',
    'to',
    'due',
    'supporterId',
    'q',
    '',
    '__proto__',
  ];
  const cursor = fc
    .oneof(
      fc.array(fc.oneof(oddText, fc.constantFrom('2026-11-23', '2026-11-23T00:00:00Z', '2026-13-45')), {
        maxLength: 3,
      }),
      fc.jsonValue(),
    )
    .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'));
  const query = fc.array(
    fc.tuple(fc.constantFrom(...names), fc.oneof(oddText, fc.string(), fc.nat().map(String), cursor)),
    { maxLength: 4 },
  );
  const property = fc.asyncProperty(
    fc.nat(),
    fc.oneof(fc.constantFrom(...ids), fc.string()),
    query,
    async (at, id, pairs) => {
      const { route } = reads[at % reads.length]!;
      const search = pairs
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value.toWellFormed())}`)
        .join('&');
      const url = `${route.url.replace(':id', encodeURIComponent(id.toWellFormed()))}?${search}`;
      const reply = await app.inject({ url, headers: as.manager });
      if (reply.statusCode >= 500) throw new Error(`${reply.statusCode} ${url}`);
    },
  );
  const { numRuns, seed } = search(t, { short: 300, long: 1000 });
  await fc.assert(property, { numRuns, seed });
  t.pass(`${numRuns} queries`);
});

import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { fromSchema, type JsonSchema } from '../helpers/from-schema.ts';
import { type Json, placesIn } from '../helpers/odd.ts';
import { search } from '../helpers/searches.ts';

const { app, as, db } = await testApp(t, { RATE_PER_MINUTE: '1000000' });
const read = (file: string) =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, '../..', file), 'utf8'));
const samples: Json[] = read('test/fixtures/referrals.json');
const schema: JsonSchema =
  read('openapi/openapi.json').paths['/api/v1/referrals'].post.requestBody.content['application/json'].schema;

const odd = fc.oneof(
  fc.constantFrom<Json>(
    '',
    ' ',
    '\u0000',
    '\ud800',
    '2026-02-30',
    '0000-00-00',
    '9999-12-31',
    'x'.repeat(5000),
    '__proto__',
    "'; drop table event; --",
    '999 123 4567',
    '07700 900123',
    '٣',
    1e308,
    -1,
    2 ** 53,
    null,
    [],
    {},
    true,
  ),
  fc.string(),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
);
type Change = { at: number; how: 'take out' | 'add' | 'replace' | 'twice'; what: Json };
const changes = fc.array(
  fc.record({
    at: fc.nat(80),
    how: fc.constantFrom('take out', 'add', 'replace', 'replace', 'twice'),
    what: odd,
  }),
  { maxLength: 3 },
) as fc.Arbitrary<Change[]>;

/** The body with its parts taken out, added to, replaced or doubled. */
function changed(body: Json, changes: Change[]): Json {
  const copy = structuredClone(body);
  for (const { at, how, what } of changes) {
    const places = placesIn(copy);
    if (!places.length) return what;
    const [parent, name] = places[at % places.length]!;
    if (Array.isArray(parent)) {
      if (how === 'take out') parent.splice(Number(name), 1);
      else if (how === 'twice') parent.push(structuredClone(parent[Number(name)]!));
      else parent[Number(name)] = what;
    } else if (how === 'take out') delete parent[name];
    else if (how === 'add') parent[`${name}x`] = what;
    else if (how === 'replace') parent[name] = what;
  }
  return copy;
}

/** Whether a pointer leads into the body, or to a field that is missing where it would be. */
function leadsInto(body: Json, pointer: string): boolean {
  const names = pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  let value: Json | undefined = body;
  for (const name of names) {
    if (typeof value !== 'object' || value === null) return false;
    value = (value as Record<string, Json>)[name];
  }
  return pointer === '' || pointer.startsWith('/');
}

t.test(
  '2,000 bodies (10,000 in a long search), random by the OpenAPI schema or samples changed: no 500, each refusal names its field',
  async (t) => {
    const bodies = fc.oneof(
      { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...samples), changes) },
      { weight: 1, arbitrary: fc.tuple(fromSchema(schema), changes) },
      { weight: 1, arbitrary: fc.tuple(fromSchema(schema), fc.constant<Change[]>([])) },
    );
    const counts: Record<number, number> = {};
    let key = 0;
    const property = fc.asyncProperty(bodies, async ([base, changes]) => {
      const body = changed(base, changes);
      const reply = await app.inject({
        method: 'POST',
        url: '/api/v1/referrals',
        headers: { ...as.clinic, 'content-type': 'application/json', 'idempotency-key': `fuzz-${key++}` },
        payload: JSON.stringify(body),
      });
      counts[reply.statusCode] = (counts[reply.statusCode] ?? 0) + 1;
      const told = reply.json();
      if (reply.statusCode === 201) return;
      if (reply.statusCode === 409 && told.type === '/problems/referral-already-open' && told.referralId)
        return;
      // The parser itself refuses names that could reach into every object.
      const isPoisoned = /"(__proto__|constructor)":/.test(JSON.stringify(body));
      if (reply.statusCode === 400 && isPoisoned && /no field is called __proto__/.test(told.detail)) return;
      if (reply.statusCode !== 422) throw new Error(`${reply.statusCode} ${reply.body}`);
      if (!told.errors?.length) throw new Error(`no field named: ${reply.body}`);
      for (const { pointer, message } of told.errors)
        if (!message || !leadsInto(body, pointer))
          throw new Error(`${pointer}: ${message}, in ${reply.body}`);
    });
    const { numRuns, seed } = search(t, { short: 2000, long: 10_000 });
    await fc.assert(property, {
      numRuns,
      seed,
      examples: [[[JSON.parse('{"patient":{"__proto__":""}}'), []]]],
    });
    t.ok((counts[201] ?? 0) > numRuns / 100, `${counts[201]} taken`);
    t.ok((counts[422] ?? 0) > numRuns / 10, `${counts[422]} refused`);
    t.equal(counts[500], undefined);
    const { n } = await db
      .selectFrom('referral')
      .select(db.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow();
    t.equal(n, counts[201], 'what was refused left nothing');
    t.comment(JSON.stringify(counts));
  },
);

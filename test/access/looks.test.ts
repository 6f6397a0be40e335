import type { RouteOptions } from 'fastify';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { createSamples } from '../../scripts/figures/samples.ts';
import { fill } from '../../scripts/seed/fill.ts';
import { type Action, may } from '../../src/access/permissions.ts';
import { lookedInWords } from '../../src/people/look.rules.ts';
import type { Role } from '../../src/shared/actor.ts';
import { filesOf } from '../../src/shared/zip.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { forms } from '../helpers/pages.ts';
import { routesOf } from '../helpers/routes.ts';

t.setTimeout(900_000);

const { built, routes } = await routesOf(() =>
  testApp(t, { RATE_PER_MINUTE: '1000000', SESSION_IDLE_MINUTES: '6000' }),
);
const { app, as, ids, db, appUrl, clinicId } = built;
type Who = keyof typeof as;
const roles: Who[] = ['officer', 'manager', 'supporter', 'auditor', 'administrator', 'clinic', 'integration'];

/** A word that is in every name of a person and in nothing else, from which they are known again anywhere. */
const marker = /zq([a-j]{5})qz/gi;
const people = new Map<string, string>();
const numbers = new Set<string>();

await seed();
const everyone = new Set(people.values());
const samples = createSamples(db);

/** A database with something of everything, in which every name tells whose it is. */
async function seed(): Promise<void> {
  const client = new pg.Client(appUrl);
  await client.connect();
  await fill(client, { devices: 200, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
  const mark = sql`'Zq' || translate(lpad(m.n::text, 5, '0'), '0123456789', 'abcdefghij') || 'qz'`;
  const numbered = sql`(select id, row_number() over (order by id) as n from patient) m`;
  await sql`update patient p set given_name = ${mark}, family_name = ${mark} from ${numbered} where m.id = p.id`.execute(
    db,
  );
  await sql`update referral r set given_name = ${mark}, family_name = ${mark},
    clinic_id = case when m.n % 5 = 0 then ${clinicId} else r.clinic_id end from ${numbered} where m.id = r.patient_id`.execute(
    db,
  );
  await sql`update task set urgent = true where status = 'open'`.execute(db);
  await sql`update follow_up set supporter_id = ${ids.supporter} where status in ('planned', 'confirmed')`.execute(
    db,
  );
  const { rows } = await sql<{ id: string; name: string; number: string | null }>`
    select id, family_name as name, nhs_number as number from patient`.execute(db);
  for (const { id, name, number } of rows) {
    people.set(name.toLowerCase(), id);
    if (number) numbers.add(number);
  }
  const [first, second, third, fourth] = rows.map(({ id }) => id);
  const records: [string, object][] = [
    [`/patients/${first}/merges`, { patientId: second }],
    [`/patients/${third}/kept-apart`, { patientId: fourth, reason: 'Not the same' }],
  ];
  for (const [url, payload] of records) {
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: `/api/v1${url}`,
      headers: as.manager,
      payload,
    });
    if (statusCode !== 201) throw new Error(`${url}: ${body}`);
  }
}

type Reply = { headers: Record<string, unknown>; body: string; rawPayload: Buffer };

/** Ids of the people whom a reply names. */
function named({ headers, body, rawPayload }: Reply): Set<string> {
  const text = String(headers['content-type']).startsWith('application/vnd') ? unzipped(rawPayload) : body;
  return new Set([...text.matchAll(marker)].map(([name]) => people.get(name.toLowerCase())!));
}

/** The text of every file in a ZIP archive. */
const unzipped = (archive: Buffer) =>
  [...filesOf(archive).values()].map((file) => file.read(10_000_000).toString()).join('\n');

type Look = {
  id: string;
  list: string | null;
  filters: Record<string, unknown> | null;
  seen: string[];
  actor: string;
};

/** Looks that were written after another. */
async function looksAfter(last: string): Promise<Look[]> {
  const { rows } = await sql<Look>`
    select id, list, filters, coalesce(patient_ids, array[patient_id]) as seen, actor_id as actor from access_log where id > ${last} order by id`.execute(
    db,
  );
  return rows;
}
const lastLook = async () =>
  (await sql<{ id: string }>`select id from access_log order by id desc limit 1`.execute(db)).rows[0]!.id;

/** Whether a reply has a person’s NHS number, however it is spaced. */
const hasNumber = ({ body }: Reply) =>
  [...body.matchAll(/\d{3}[ \u00a0]?\d{3}[ \u00a0]?\d{4}/g)].some(([number]) =>
    numbers.has(number.replaceAll(/\D/g, '')),
  );

/** Whom a request showed and nobody wrote down, and what was written. */
async function unseen(ask: () => Promise<Reply & { statusCode: number }>) {
  const last = await lastLook();
  const reply = await ask();
  const shown = named(reply);
  const looks = await looksAfter(last);
  const known = new Set(looks.flatMap(({ seen }) => seen));
  return {
    status: reply.statusCode,
    hasNumber: hasNumber(reply),
    shown,
    looks,
    missing: [...shown].filter((id) => !known.has(id)),
  };
}

const gets = routes.filter(
  ({ method, route }) =>
    method === 'GET' && route.config?.action && route.config.action !== 'public' && !route.url.includes('*'),
);
const mayAsk = (route: RouteOptions) =>
  roles.filter(
    (who) =>
      may({ role: who as Role }, route.config!.action as Action) &&
      (route.url.startsWith('/api/') || !['clinic', 'integration'].includes(who)),
  );
type QuerySchema = { properties?: Record<string, { enum?: string[] }>; required?: string[] };

/** The addresses that a route is asked by: each sample, and a list narrowed by each of its filters. */
async function addressesOf(route: RouteOptions): Promise<string[]> {
  const { properties = {}, required = [] } = (route.schema?.querystring ?? {}) as QuerySchema;
  const needs = required.filter((name) => name.endsWith('Id'));
  const needed = await Promise.all(
    needs.map(async (name) => `${name}=${(await samples.filterIds(name.slice(0, -2)))[0] ?? ''}`),
  );
  const urls = (await samples.urls(route.url)).map((url) =>
    needed.length ? `${url}?${needed.join('&')}` : url,
  );
  const filters = Object.entries(properties).flatMap(([name, { enum: values }]) =>
    (values ?? []).map((value) => `${name}=${encodeURIComponent(value)}`),
  );
  if (urls.length !== 1 || route.url.includes(':') || route.url.includes('/export.')) return urls;
  return [...urls, ...filters.map((filter) => `${urls[0]}${needed.length ? '&' : '?'}${filter}`)];
}

t.test(
  'whoever is named by an answer of the API or by a page was looked at, and it is written down',
  async (t) => {
    const untold: string[] = [];
    const kinds = new Set<string>();
    let namedAny = 0;
    for (const { route } of gets) {
      const who = mayAsk(route);
      for (const [place, url] of (await addressesOf(route)).entries())
        for (const one of place ? who.slice(0, 1) : who) {
          const { status, shown, looks, missing, hasNumber } = await unseen(() =>
            app.inject({ url, headers: as[one] }),
          );
          if (status >= 500) t.fail(`${url} ${status}`);
          // The hint of a form has a number of nobody.
          if (hasNumber && shown.size && !route.url.includes(':') && one !== 'clinic')
            t.fail(`${url}: a list has NHS numbers`);
          if (shown.size) namedAny++;
          if (missing.length) untold.push(`${one} ${route.url}: ${missing.length} of ${shown.size}`);
          for (const { list } of looks) if (list) kinds.add(list);
          if (looks.some(({ seen }) => seen.some((id) => !everyone.has(id))))
            t.fail(`${url}: a look at nobody`);
          if (looks.filter(({ list }) => list).length > 1) t.fail(`${url}: more than one row for a page`);
          if (looks.some(({ actor }) => actor !== ids[one])) t.fail(`${url}: it is another’s look`);
        }
    }
    t.same([...new Set(untold)], []);
    t.ok(namedAny > 100, `${namedAny} answers named someone`);
    t.same(
      [...kinds].filter((list) => !Object.hasOwn(lookedInWords, list)).sort(),
      [],
      'each list has words for the record of whoever was in it',
    );
  },
);

t.test('what is sent or searched for names people too, and what was typed is not kept', async (t) => {
  const [name, id] = [...people][7]!;
  const beginning = name.slice(0, 6);
  // Only at one that took place is anybody looked for.
  const { rows: took } = await sql<{
    path: string;
  }>`select '/drop-ins/' || id as path from drop_in where held_on < '2026-11-23' limit 1`.execute(db);
  const dropIn = took[0]!.path;
  const asked: [string, Record<string, string>][] = [
    ['/scan', { code: beginning }],
    ['/scan/suggestions', { code: beginning }],
    ['/patients', { search: beginning }],
    [`${dropIn}/search`, { search: beginning }],
  ];
  const { post } = forms(app, as.officer);
  for (const [url, typed] of asked) {
    const { status, shown, missing, looks } = await unseen(() => post(url, typed));
    t.equal(status, 200, url);
    t.ok(shown.size > 1, `${url} names ${shown.size}`);
    t.same(missing, [], url);
    t.notOk(JSON.stringify(looks.map(({ filters }) => filters)).includes(beginning), url);
  }
  const payload = { text: name };
  const search = await unseen(() =>
    app.inject({ method: 'POST', url: '/api/v1/searches', headers: as.officer, payload }),
  );
  t.same([...search.shown], [id]);
  t.match(search.looks, [{ list: '/searches', filters: {}, seen: [id] }]);
});

t.test('a change of a drop-in names who came, and whoever it was not about was looked at', async (t) => {
  const { rows } = await sql<{
    locationId: string;
  }>`select location_id as "locationId" from drop_in limit 1`.execute(db);
  const { locationId } = rows[0]!;
  const api = apiOf(app, as.manager);
  const input = { locationId, heldOn: '2026-11-20', startsAt: '07:10', minutes: 30 };
  const { id } = (await api('POST', '/drop-ins', input)).body;
  const [one, other] = [...people.values()].slice(20, 22);
  const add = (patientId: string) => ({ patientId, topics: ['connecting'] });
  const ask = (method: 'POST' | 'PATCH', path: string, payload: object, headers = {}) =>
    unseen(() =>
      app.inject({ method, url: `/api/v1${path}`, headers: { ...as.manager, ...headers }, payload }),
    );
  const came = async () => (await api('GET', `/drop-ins/${id}`)).body.people as { id: string }[];
  const seenIn = (list: string, seen: string[]) => [
    { list, filters: { id: list.startsWith('/drop-ins') ? id : '' }, seen },
  ];

  const first = await ask('POST', `/drop-ins/${id}/people`, add(one!));
  t.same([first.status, [...first.shown], first.looks], [201, [one], []], 'that they came is in their story');
  const second = await ask('POST', `/drop-ins/${id}/people`, add(other!));
  t.equal(second.shown.size, 2);
  t.match(second.looks, seenIn('/drop-ins/:id/people', [one!]));
  const { etag } = await api('GET', `/drop-ins/${id}`);
  const noted = await ask('PATCH', `/drop-ins/${id}`, { note: 'It rained' }, { 'if-match': etag });
  t.match(noted.looks, seenIn('/drop-ins/:id', [one!, other!]));
  const refused = await ask('POST', `/drop-ins/${id}/takings-back`, { reason: 'Elsewhere', people: 1 });
  t.same([refused.status, refused.shown.size, refused.looks], [409, 0, []]);
  const [theirs] = await came();
  const gone = await ask('POST', `/drop-in-people/${theirs!.id}/takings-back`, { reason: 'Another' });
  t.same([gone.status, [...gone.shown], gone.looks.map(({ seen }) => seen)], [201, [other], [[other]]]);
  const all = await ask('POST', `/drop-ins/${id}/takings-back`, { reason: 'Elsewhere', people: 1 });
  t.same([all.status, all.looks], [201, []]);
});

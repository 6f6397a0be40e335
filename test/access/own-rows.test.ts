import type { RouteOptions } from 'fastify';
import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { fill } from '../../scripts/seed/fill.ts';
import { type Action, may } from '../../src/access/permissions.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { newId } from '../../src/shared/ids.ts';
import { testApp } from '../helpers/app.ts';
import { takeAwayOwnConditions } from '../helpers/own-conditions.ts';
import { routesOf } from '../helpers/routes.ts';

t.setTimeout(900_000);

const { taken } = takeAwayOwnConditions();
const { built, routes } = await routesOf(() =>
  testApp(t, { RATE_PER_MINUTE: '1000000', SESSION_IDLE_MINUTES: '6000' }),
);
const { app, as, ids, db, deps, appUrl, ownerUrl, clinicId } = built;
type Who = 'clinic' | 'supporter';

/** A word that is in everything that was written about a person or a referral, and in nothing else: it tells which it is. */
const marker = /zq[g-pa-f]{32}qz/gi;
const markOf = (patient: string) =>
  sql.raw(`('Zq' || translate(replace(${patient}::text, '-', ''), '0123456789', 'ghijklmnop') || 'qz')`);
const idIn = (mark: string) =>
  [...mark.slice(2, -2).toLowerCase()]
    .map((letter) => (letter < 'g' ? letter : 'ghijklmnop'.indexOf(letter)))
    .join('');
/** What is in the colleague’s name, and in their sessions. */
const ofColleague = 'Zqcolleagueqz';

const colleague = await addStaff(deps, systemContext(newId()), {
  name: ofColleague,
  email: 'colleague@example.com',
  role: 'supporter',
});
await seed();
const own = {
  clinic: await idsOf(
    sql`select x as id from referral, unnest(array[id, patient_id]) x where clinic_id = ${clinicId}`,
  ),
  supporter: await idsOf(sql`
    select x as id from follow_up f left join referral r on r.patient_id = f.patient_id, unnest(array[f.patient_id, r.id]) x
    where f.supporter_id = ${ids.supporter}`),
};
/** Ids of things of the kinds that an address may name. */
const things = await someOfEach();

/** Two clinics and two supporters with people of their own, and everything that hangs on them. */
async function seed(): Promise<void> {
  const client = new pg.Client(appUrl);
  await client.connect();
  await fill(client, { devices: 200, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
  const isFirst = sql`mod(('x' || right(patient_id::text, 4))::bit(16)::int, 2) = 0`;
  const told = markOf('patient_id');
  const ofReferral = markOf('r.id');
  const changes = [
    sql`update patient set given_name = ${markOf('id')}, family_name = ${markOf('id')}`,
    sql`update referral r set given_name = ${ofReferral}, family_name = ${ofReferral}, notes = ${ofReferral}, visit_risks = ${told} || ${ofReferral},
      referrer_name = ${ofReferral}, clinic_reference = ${ofReferral}, share_back_with_clinic = true,
      clinic_id = case when ${isFirst} and not exists (select from referral o where o.patient_id = r.patient_id and o.id > r.id)
        then ${clinicId} else clinic_id end`,
    sql`update follow_up set step = ${told}, note = ${told},
      supporter_id = case when ${isFirst} then ${ids.supporter}::uuid else ${colleague.id}::uuid end`,
    sql`update follow_up_outcome o set note = ${told}, next_step = ${told} from follow_up f where f.id = o.follow_up_id`,
    sql`update drop_in set supporter_id = ${colleague.id}`,
    sql`insert into referral_question (id, referral_id, question, asked_at) select new_id(), id, ${ofReferral}, now() from referral r`,
    sql`insert into session (token_hash, staff_id, created_at, seen_at, expires_at, proved_at, browser)
      values ('\\x00', ${colleague.id}, '2026-11-23 09:00Z', '2026-11-23 09:29Z', '2026-11-24 09:00Z', '2026-11-23 09:00Z', ${ofColleague})`,
    sql`insert into factor (id, staff_id, kind, name, sealed_secret, last_step, created_at)
      values (new_id(), ${colleague.id}, 'code', ${ofColleague}, '\\x00', 0, now())`,
  ];
  for (const change of changes) await change.execute(db);
}

async function idsOf(query: ReturnType<typeof sql>): Promise<Set<string>> {
  const { rows } = await (query as ReturnType<typeof sql<{ id: string }>>).execute(db);
  return new Set(rows.map(({ id }) => id?.replaceAll('-', '')));
}

async function someOfEach(): Promise<{ own: string[]; foreign: string[] }> {
  const some = async (query: ReturnType<typeof sql>) =>
    (await (query as ReturnType<typeof sql<{ id: string }>>).execute(db)).rows.map(({ id }) => id);
  const each = (which: 'clinics' | 'supporters', is: '=' | '<>') =>
    which === 'clinics'
      ? sql`select id from referral where clinic_id ${sql.raw(is)} ${clinicId} order by id limit 6`
      : sql`(select id from follow_up where supporter_id ${sql.raw(is)} ${ids.supporter} order by id limit 6)
        union all (select id from follow_up where supporter_id ${sql.raw(is)} ${ids.supporter} order by id desc limit 6)
        union all (select o.id from follow_up_outcome o join follow_up f on f.id = o.follow_up_id where f.supporter_id ${sql.raw(is)} ${ids.supporter} order by o.id limit 6)
        union all (select id from session where staff_id ${sql.raw(is)} ${ids.supporter})
        union all (select id from factor where staff_id ${sql.raw(is)} ${ids.supporter})`;
  return {
    own: [...(await some(each('clinics', '='))), ...(await some(each('supporters', '=')))],
    foreign: [...(await some(each('clinics', '<>'))), ...(await some(each('supporters', '<>')))],
  };
}

const opens = (who: Who, { url, config }: RouteOptions) =>
  config?.action &&
  config.action !== 'public' &&
  may({ role: who }, config.action as Action) &&
  (who === 'supporter' || url.startsWith('/api/'));

/** What every read that someone may ask for shows: whose words, the colleague’s among them, and of how many of their own. */
async function shownTo(who: Who): Promise<{ foreign: Set<string>; own: number; faults: string[] }> {
  const foreign = new Set<string>();
  const seen = new Set<string>();
  const faults: string[] = [];
  for (const { route, method } of routes) {
    if (method !== 'GET' || !opens(who, route) || route.url.includes('*')) continue;
    const { properties = {} } = (route.schema?.querystring ?? {}) as { properties?: object };
    const urls = route.url.includes(':')
      ? [...things.own, ...things.foreign].map((id) => route.url.replaceAll(/:\w+/g, id))
      : [route.url, ...('limit' in properties ? [`${route.url}?limit=200`] : [])].flatMap((url) => [
          url,
          ...('from' in properties
            ? [`${url}${url.includes('?') ? '&' : '?'}from=2020-01-01&to=2030-01-01`]
            : []),
        ]);
    for (const url of urls) {
      const { statusCode, body } = await app.inject({ url, headers: as[who] });
      if (statusCode >= 500) faults.push(`${route.url} ${statusCode}`);
      for (const [mark] of body.matchAll(marker)) {
        if (own[who].has(idIn(mark))) seen.add(mark);
        else foreign.add(route.url);
      }
      if (body.includes(ofColleague)) foreign.add(route.url);
    }
  }
  return { foreign, own: seen.size, faults };
}

for (const who of ['clinic', 'supporter'] as const)
  t.test(`without the conditions of the queries a ${who} sees its own and nothing else`, async (t) => {
    const before = taken();
    const { foreign, own, faults } = await shownTo(who);
    t.same(faults, []);
    t.same([...foreign], []);
    t.ok(own > 10, `${own} of its own`);
    t.ok(taken() > before + 10, `${taken() - before} statements went without their condition`);
  });

t.test(
  'nothing is changed by the id of another’s thing, whether or not the command asks whose it is',
  async (t) => {
    let calls = 0;
    const ask = async (who: Who, method: string, route: RouteOptions, id: string, payload: object) => {
      const { statusCode } = await app.inject({
        method: method as 'POST',
        url: route.url.replaceAll(/:\w+/g, id),
        headers: { ...as[who], 'idempotency-key': `call-${calls++}`, 'if-match': '*' },
        payload,
      });
      return statusCode;
    };
    const untouched = () =>
      sql`select (select count(*) from event) as events, (select count(*) from session where revoked_at is null) as sessions,
      (select count(*) from factor where removed_at is null) as factors`
        .execute(db)
        .then(({ rows }) => rows[0]);
    const before = await untouched();
    for (const who of ['clinic', 'supporter'] as const)
      for (const { method, route } of routes) {
        if (method === 'GET' || !opens(who, route) || !route.url.includes(':')) continue;
        const { examples = [{}] } = (route.schema?.body ?? {}) as { examples?: object[] };
        for (const id of [newId(), ...things.foreign])
          t.equal(await ask(who, method, route, id, examples[0]!), 404, `${who} ${method} ${route.url}`);
      }
    t.ok(calls > 200, `${calls} calls`);
    t.same(await untouched(), before);
  },
);

t.test(
  'it is the policies that hold: without them, and without the conditions, others’ are shown',
  async (t) => {
    const owner = new pg.Client(ownerUrl);
    await owner.connect();
    const { rows } = await owner.query<{ name: string }>(
      `select oid::regclass::text as name from pg_class where relrowsecurity`,
    );
    for (const { name } of rows) await owner.query(`alter table ${name} disable row level security`);
    await owner.end();
    t.same([...(await shownTo('clinic')).foreign].sort(), ['/api/v1/referrals', '/api/v1/referrals/:id']);
    const { foreign } = await shownTo('supporter');
    for (const url of [
      '/account',
      '/api/v1/follow-ups',
      '/api/v1/follow-ups/:id',
      '/api/v1/support-weeks',
      '/follow-ups/:id',
      '/support',
      '/support/week',
    ])
      t.ok(foreign.has(url), url);
  },
);

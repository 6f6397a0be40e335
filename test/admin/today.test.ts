import { Kysely, sql } from 'kysely';
import t from 'tap';
import { loadDemonstration } from '../../scripts/demonstration/load.ts';
import { mostStatements } from '../../scripts/figures/measure.ts';
import { listen } from '../../scripts/figures/statements.ts';
import { buildApp } from '../../src/app.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { type Standing, systemLines } from '../../src/office/system.rules.ts';
import { workKinds } from '../../src/office/work.rules.ts';
import { createPool, type DB } from '../../src/shared/database.ts';
import { createDialect } from '../../src/shared/dialect.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(600_000);
const { app, as, db, deps, appUrl, ids } = await testApp(t);
await loadDemonstration(deps);

const readable = (href: string) => href.replaceAll('&amp;', '&');
/** How many a list says that it has, which is its own count and no part of Today. */
const countOn = (body: string) => Number(/class="app-count">([\d,]+)/.exec(body)?.[1]?.replaceAll(',', ''));

t.test(
  'every number of Today is the number of the list that it leads to, whatever state things are in',
  async (t) => {
    await sql`update message set status = 'failed', why = 'contact_changed' where id = (select id from message where status = 'sent' order by id limit 1)`.execute(
      db,
    );
    await sql`update message set status = 'unknown', why = 'contact_changed' where id = (select id from message where status = 'sent' order by id limit 1)`.execute(
      db,
    );
    for (const role of ['officer', 'manager', 'auditor'] as const) {
      const { get } = forms(app, as[role]);
      const { body } = await get('/');
      const lines = [
        ...body.matchAll(/<li class="app-work__item app-work__item--(\w+)">\s*<a href="([^"]+)">([\d,]+) /g),
      ];
      const kinds = lines.map(([, kind]) => kind);
      t.same(
        kinds,
        workKinds.filter((kind) => kinds.includes(kind)),
        'in the order of their weight',
      );
      const rare = ['devices_due_back'];
      t.same(
        workKinds.filter((kind) => !rare.includes(kind) && !kinds.includes(kind)),
        [],
        'there is some of each kind',
      );
      for (const [, kind, href = '', number] of lines) {
        const list = await get(readable(href));
        t.equal(list.statusCode, 200, href);
        t.equal(countOn(list.body), Number(number?.replaceAll(',', '')), `${role}: ${kind} ${href}`);
      }
      const tiles = [...body.matchAll(/<dt><a href="([^"]+)">([^<]+)<\/a><\/dt>\s*<dd>([\d,]+)/g)];
      t.equal(tiles.length, 4);
      for (const [, href = '', text = '', number] of tiles.filter(
        ([, , text]) => !text?.includes('this week'),
      ))
        t.equal(countOn((await get(readable(href))).body), Number(number?.replaceAll(',', '')), text);
    }
    const [asked] = (
      await sql<{ n: number }>`select count(*)::int as n from referral where status = 'asked'`.execute(db)
    ).rows;
    t.ok(asked && asked.n > 0, 'some referrals wait for an answer of their clinic');
  },
);

t.test('a manager sees what only they decide, with the list behind each', async (t) => {
  const { get } = forms(app, as.manager);
  t.notMatch((await forms(app, as.officer).get('/')).body, /For a manager/);
  await sql`update referral set received_at = '2026-10-01T09:00:00Z', assigned_to = ${ids.officer}
    where id in (select id from referral where status = 'received' order by id limit 2)`.execute(db);
  await sql`insert into second_person (id, kind, subject_id, asked_by, asked_at)
    values (new_id(), 'email', ${ids.officer}, ${ids.administrator}, ${'2026-11-23T09:00:00Z'})`.execute(db);
  await sql`insert into second_person (id, kind, subject_id, asked_by, asked_at)
    values (new_id(), 'email', ${ids.auditor}, ${ids.manager}, ${'2026-11-23T09:00:00Z'})`.execute(db);
  const { body } = await get('/');
  const section = body.slice(
    body.indexOf('id="manager"'),
    body.indexOf('</section>', body.indexOf('id="manager"')),
  );
  t.match(section, /\d+ batch(es)? of \d+ (person|people) to erase or keep/);
  t.match(section, '1 wish of others that wait for you to agree');
  t.match(section, /The last night/);
  const late = [...section.matchAll(/<a href="(\/referrals[^"]+)">([^:]+): (\d+) referral/g)];
  t.ok(
    late.some(([, , name]) => name === 'Test officer'),
    'late referrals stand under whose they are',
  );
  for (const [, href = '', name, number] of late)
    t.equal(countOn((await get(readable(href))).body), Number(number), `${name} ${href}`);
  for (const [, href = ''] of section.matchAll(/<a href="([^"]+)"/g))
    t.equal((await get(readable(href))).statusCode, 200, href);
});

t.test('an administrator begins with how the system stands', async (t) => {
  const { get } = forms(app, as.administrator);
  const { body } = await get('/');
  t.match(body, /How the system stands/);
  t.match(body, /aria-current="page"><strong[^>]*>System</);
  for (const text of [
    'The last night',
    'Work that was given up',
    'Messages',
    'Refused at sign-in within a day',
    'The sealed log',
  ])
    t.match(body, text);
  for (const [, href = ''] of body.slice(body.indexOf('<main')).matchAll(/<a href="(\/[^"#]*)/g))
    t.equal((await get(readable(href))).statusCode, 200, `${href} opens to them`);
  t.notMatch(
    body.slice(body.indexOf('<main')),
    'href="/messages',
    'what they may not read is told and not linked',
  );
  for (const role of ['officer', 'manager', 'auditor', 'supporter'] as const)
    t.notMatch((await forms(app, as[role]).get('/')).body, /How the system stands/, role);
  t.equal((await forms(app, as.supporter).get('/')).headers.location, '/support');
});

t.test('no beginning of a day needs more than ten statements', async (t) => {
  const pool = createPool(appUrl, 5);
  const heard = listen(pool);
  const own = new Kysely<DB>({ dialect: createDialect(pool) });
  t.teardown(() => own.destroy());
  const other = await buildApp({ ...deps, db: own });
  t.teardown(() => other.close());
  for (const role of ['officer', 'manager', 'auditor', 'administrator'] as const) {
    await other.inject({ url: '/', headers: as[role] });
    const { statements } = await heard.during(() => other.inject({ url: '/', headers: as[role] }));
    t.ok(statements.length <= mostStatements && statements.length > 3, `${role}: ${statements.length}`);
  }
});

t.test('how the system stands is told by what is known, what went wrong first', async (t) => {
  const now = '2026-11-23T09:30:00Z';
  const well: Standing = {
    night: {
      localDate: '2026-11-23',
      state: 'done',
      startedAt: '2026-11-23T03:00:00Z',
      finishedAt: '2026-11-23T03:02:00Z',
    },
    sent: 3,
    held: 0,
    failed: 0,
    failedWork: 0,
    waiting: { count: 0, since: null },
    messagesFailed: 0,
    messagesUnknown: 0,
    messagesHeld: 0,
    clinicsNotTold: 0,
    refusals: 2,
    alarms: 0,
    proof: { waiting: 0, head: { signedAt: '2026-11-23T03:02:00Z', isSigned: true } },
  };
  t.ok(systemLines(well, now).every(({ status }) => status === 'well'));
  const changes: [Partial<Standing>, string, string][] = [
    [{ night: null }, 'The last night', 'look'],
    [{ night: { ...well.night!, state: 'broken_off', finishedAt: null } }, 'The last night', 'failed'],
    [{ night: { ...well.night!, startedAt: '2026-11-21T03:00:00Z' } }, 'The last night', 'look'],
    [{ failedWork: 1 }, 'Work that was given up', 'failed'],
    [{ waiting: { count: 2, since: '2026-11-23T09:00:00Z' } }, 'Work that waits', 'look'],
    [{ messagesFailed: 1 }, 'Messages', 'failed'],
    [{ messagesHeld: 1 }, 'Messages', 'look'],
    [{ messagesUnknown: 1 }, 'Messages', 'look'],
    [{ clinicsNotTold: 1 }, 'Clinics’ systems', 'look'],
    [{ alarms: 1 }, 'Refused at sign-in within a day', 'look'],
    [{ proof: { waiting: 0, head: null } }, 'The sealed log', 'look'],
    [
      { proof: { waiting: 0, head: { signedAt: '2026-11-20T03:00:00Z', isSigned: true } } },
      'The sealed log',
      'look',
    ],
  ];
  for (const [change, text, status] of changes) {
    const [first, ...rest] = systemLines({ ...well, ...change }, now);
    t.match(first, { text, status }, JSON.stringify(change));
    t.ok(rest.every((line) => line.status === 'well'));
  }
  const soon = systemLines({ ...well, waiting: { count: 1, since: '2026-11-23T09:29:00Z' } }, now);
  t.ok(
    soon.every(({ status }) => status === 'well'),
    'what waits for a minute is as it should be',
  );
});

t.test('each beginning fits a phone and a wide screen, and an empty scheme is told kindly', async (t) => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  for (const role of ['officer', 'manager', 'administrator'] as const) {
    const { page, look } = await signedInBrowser(t, base, as[role]);
    await page.goto('/');
    await look(`where the day of ${role} begins`);
  }
  const empty = await testApp(t);
  t.match((await forms(empty.app, empty.as.manager).get('/')).body, /Nothing waits for your decision/);
  const { body } = await forms(empty.app, empty.as.administrator).get('/');
  await factories(empty.deps).devices(1);
  const calm = (await forms(empty.app, empty.as.officer).get('/')).body;
  t.match(calm, /Waits for you today<\/h2>\s*<p>Nothing waits for you today\.[\s\S]*1 device to prepare/);
  t.match(body, 'No night has run yet');
  t.match(body, /First steps[\s\S]*Add your people/, 'a new scheme is told how it begins');
  await runNightly(empty.deps);
  await factories(empty.deps).referral();
  t.match((await forms(empty.app, empty.as.administrator).get('/')).body, /Monday 23 November 2026: done/);
  t.match((await forms(empty.app, empty.as.officer).get('/')).body, /1 referral to decide/);
});

import { gunzipSync } from 'node:zlib';
import { sql } from 'kysely';
import t from 'tap';
import { endItems } from '../../src/lending/loans/ending.commands.ts';
import { schemeNumbers } from '../../src/office/numbers.queries.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { weekday } from '../../src/shared/formats.ts';
import { workIn } from '../../src/shared/work.ts';
import { sendForRepair } from '../../src/stock/devices/repair.commands.ts';
import { recordOutcome } from '../../src/support/outcome.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const worklist = async () =>
  (await app.inject({ url: '/api/v1/worklist', headers: as.officer })).json() as {
    date: string;
    items: { kind: string; count: number; oldest: string | null }[];
  };
const find = (text: string, headers = as.officer) =>
  app.inject({ method: 'POST', url: '/api/v1/searches', headers, payload: { text } });

t.test('Today counts each kind of work, and its links lead to lists of just that', async (t) => {
  t.ok((await worklist()).items.every(({ count, oldest }) => count === 0 && oldest === null));
  t.match((await get('/')).body, 'Nothing waits for you.');

  const { id: late } = await make.loan();
  await make.loan({ dueOn: '2026-12-20' });
  await make.loan({ dueOn: '2026-12-07' });
  await sql`update loan set due_on = '2026-11-20' where id = ${late}`.execute(db);
  await make.referral();
  await make.devices(3);
  await make.waitingReferral({ needs: ['device'] });
  await make.readyDevices(1);
  const [mended] = await make.devices(1);
  await sendForRepair(deps, officer, mended!.id, { fault: 'It does not charge' });
  await sql`update repair set expected_back_on = '2026-11-20'`.execute(db);
  const replaced = await make.loan();
  await db
    .transaction()
    .execute((trx) =>
      endItems(workIn(trx, deps, systemContext('test')), [
        { itemId: replaced.items[0]!.id, as: 'replaced', device: 'due_back' },
      ]),
    );
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-20' });
  const [confirmed, done] = await seedFollowUps(db, { patients: 2, dueOn: '2026-11-23' });
  await sql`update follow_up set status = 'confirmed' where id = ${confirmed!.followUpId}`.execute(db);
  await recordOutcome(deps, officer, done!.followUpId, { result: 'done', concern: true });
  for (const [status, number] of [
    ['held', 3],
    ['failed', 2],
    ['unknown', 1],
  ] as const)
    await sql`
      with p as (
        insert into patient (id, given_name, family_name, created_at, changed_at)
        select new_id(), 'Amal', 'Example', now(), now() from generate_series(1, ${number}::int) returning id
      ), c as (
        insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, created_at)
        select new_id(), id, 0, 'sms', '+447700900123', true, '2026-01-01', now() from p returning id, patient_id
      )
      insert into message (id, patient_id, contact_point_id, channel, wording, run_date, send_after, status, why, created_at, changed_at)
      select new_id(), patient_id, id, 'sms', 'discreet', '2026-11-23', now(), ${status}, 'contact_changed', now(), now() from c`.execute(
      db,
    );
  const { date, items } = await worklist();
  t.equal(date, '2026-11-23');
  const counts = Object.fromEntries(items.map(({ kind, count }) => [kind, count]));
  t.match(counts, {
    referrals_to_decide: 1,
    waiting_and_in_stock: 1,
    devices_to_prepare: 3,
    devices_due_back: 1,
    repairs_late: 1,
    loans_overdue: 1,
    follow_ups_today: 1,
    follow_ups_without_outcome: 2,
    loans_due: 1,
    messages_held: 3,
    messages_failed: 2,
    messages_unknown: 1,
    tasks: 1,
  });
  t.equal(items.find(({ kind }) => kind === 'loans_overdue')!.oldest, '2026-11-20');

  const today = await get('/');
  const shown = [
    ...today.body.matchAll(/<li class="app-work__item app-work__item--(\w+)">\s*<a href="([^"]+)">(\d+) /g),
  ];
  t.same(
    shown.map(([, kind, , number]) => [kind, Number(number)]),
    items.filter(({ count }) => count).map(({ kind, count }) => [kind, count]),
  );
  for (const [, kind, href, number] of shown) {
    const list = await get(href!.replaceAll('&amp;', '&'));
    t.equal(list.statusCode, 200, `${href}`);
    t.equal(/class="app-count">(\d+)/.exec(list.body)?.[1], number, `${kind} ${href}`);
  }
});

t.test('the day of a summer night is the day that London has', async (t) => {
  const night = '2027-06-30T23:30:00Z';
  for (const [table, columns] of Object.entries({
    referral: ['received_at', 'waiting_since'],
    device: ['changed_at'],
    message: ['created_at'],
    task: ['created_at'],
  }))
    for (const column of columns)
      await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${night} where ${sql.ref(column)} is not null`.execute(
        db,
      );
  const { items } = await worklist();
  for (const kind of [
    'referrals_to_decide',
    'waiting_and_in_stock',
    'devices_due_back',
    'messages_held',
    'messages_failed',
    'messages_unknown',
    'tasks',
  ])
    t.equal(items.find((one) => one.kind === kind)!.oldest, '2027-07-01', kind);
  t.equal(weekday(night), 'Thursday 1 July 2027');
});

t.test(
  'a search finds by label, reference, number, phone and name, and says only that it was made',
  async (t) => {
    const loan = await make.loan();
    const { id: referralId, reference } = await make.referral({
      person: {
        givenName: 'Zoë',
        familyName: 'O’Brien',
        nhsNumber: '999 000 0018',
        contactPoints: [{ channel: 'sms', value: '07700 900777', safe: true }],
      },
    });
    const [item] = loan.items;
    const [twin] = await make.devices(1, { serialNumber: 'TWIN', make: 'One' });
    await make.devices(1, { serialNumber: 'twin', make: 'Two' });
    const { imei } = await db
      .updateTable('device')
      .set({ imei: '490154203237518' })
      .where('id', '=', twin!.id)
      .returning('imei')
      .executeTakeFirstOrThrow();
    const before = await searches();
    const kinds = async (text: string) => {
      const { more: _more, ...groups } = (await find(text)).json();
      return Object.fromEntries(
        Object.entries(groups as Record<string, { id: string }[]>).flatMap(([kind, hits]) =>
          hits.length ? [[kind, hits.map(({ id }) => id)]] : [],
        ),
      );
    };
    const patientId = (await kinds('999 000 0018')).patients![0]!;
    for (const [text, found] of [
      [item!.assetTag.toLowerCase().replace('-', ''), { devices: [item!.deviceId] }],
      [` ${imei} `, { devices: [twin!.id] }],
      [loan.reference, { loans: [loan.id] }],
      [reference.toLowerCase(), { referrals: [referralId] }],
      ['9990000018', { patients: [patientId] }],
      ['07700 900777', { patients: [patientId] }],
      ['o’br', { patients: [patientId] }],
      ['zoë O’', { patients: [patientId] }],
      ['%', {}],
      ['brien', { patients: [patientId] }],
      ['rien', {}],
    ] as const)
      t.same(await kinds(text), found, text);
    t.equal((await kinds('Twin')).devices!.length, 2);
    const many = (await find('amal')).json();
    t.equal(many.patients.length, 10);
    t.equal(many.more, true);
    t.equal((await searches()).length, before.length + 14);
    const log = JSON.stringify(
      await db.selectFrom('event').selectAll().where('type', '=', 'search.run').execute(),
    );
    for (const word of ['9990000018', '900777', 'Brien', 'br', 'Zo'])
      t.notMatch(log.replaceAll('search.run', ''), word);
    t.same(await db.selectFrom('access_log').selectAll().where('patient_id', '=', patientId).execute(), []);

    const once = { ...as.officer, 'idempotency-key': 'search-1' };
    t.equal((await find('Zoë', once)).statusCode, 200);
    t.equal((await find('Zoë', once)).json().patients.length, 1);
    t.same(
      await db.selectFrom('idempotency_key').selectAll().where('key', '=', 'search-1').execute(),
      [],
      'no answer with names is kept',
    );
    t.equal((await find('Zoë', as.auditor)).statusCode, 403);
    for (const text of ['', '  ', 'x'.repeat(201)]) t.equal((await find(text)).statusCode, 422);
    t.equal(
      (await app.inject({ url: '/api/v1/searches?text=x', headers: as.officer })).statusCode,
      404,
      'never in an address',
    );

    t.equal((await post('/scan', { code: loan.reference })).headers.location, `/loans/${loan.id}`);
    t.equal((await post('/scan', { code: '999 000 0018' })).headers.location, `/patients/${patientId}`);
    const several = await post('/scan', { code: 'twin' });
    t.equal(several.statusCode, 200);
    t.match(several.body, /2 records found for “twin”[\s\S]*<h2[^>]*>Devices/);
    t.match((await post('/scan', { code: 'amal' })).body, 'type more of the name');
    t.match((await post('/scan', { code: 'nobody' })).body, 'Nothing here is called “nobody”');
    t.notMatch(
      (await app.inject({ url: '/', headers: as.auditor })).body,
      '/scan',
      'who may not search has no box',
    );
  },
);

const searches = () => db.selectFrom('event').select('id').where('type', '=', 'search.run').execute();

t.test('Today says what happened since yesterday, and each leads to its list', async (t) => {
  const { app, as, deps, clock } = await testApp(t);
  const make = factories(deps);
  const { get } = forms(app, as.officer);
  clock.set('2026-11-21T12:00:00Z');
  await make.loan();
  clock.set('2026-11-23T09:30:00Z');
  t.notMatch((await get('/')).body, /Since yesterday/, 'what is older is not told');
  clock.set('2026-11-22T00:00:00Z');
  await make.loan();
  clock.set('2026-11-23T09:30:00Z');
  await make.referral();
  const { body } = await get('/');
  const section = body.slice(body.indexOf('Since yesterday'), body.indexOf('</main>'));
  const links = [...section.matchAll(/<li><a href="([^"]+)">([^<]+)</g)];
  t.same(
    links.map(([, , text]) => text),
    ['2 referrals came in', '1 referral accepted', '1 loan issued', '1 donation recorded'],
  );
  for (const [, href] of links) t.equal((await get(href!.replaceAll('&amp;', '&'))).statusCode, 200, href!);
});

t.test('the scheme in numbers: how it stands, and twelve weeks as London has them', async (t) => {
  const { app, as, deps, db, clock } = await testApp(t);
  const make = factories(deps);
  clock.set('2026-11-23T09:30:00Z');
  // Twelve weeks before the end of this one begin on Monday 7 September. A loan counts on the day of its handover.
  for (const day of ['2026-09-06', '2026-09-07', '2026-09-13']) {
    const { id } = await make.loan();
    await sql`update loan set handover_on = ${day} where id = ${id}`.execute(db);
  }
  const { id: closed } = await make.loan();
  await sql`update loan set status = 'closed', closed_at = now() where id = ${closed}`.execute(db);
  await make.readyDevices(2);
  const [done] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-23' });
  await recordOutcome(deps, officer, done!.followUpId, { result: 'done' });
  const numbers = await schemeNumbers(db, '2026-11-29');
  t.match(numbers, { since: '2026-09-07', lent: 3, ready: 2, loans: [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] });
  t.equal(numbers.calls.length, 12);
  t.equal(numbers.calls.at(-1), 1);
  const { body } = await forms(app, as.officer).get('/');
  t.match(body, /aria-label="Loans issued in each of the last 12 weeks: 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1"/);
  const tiles = [...body.slice(body.indexOf('in numbers')).matchAll(/<dt><a href="([^"]+)">/g)];
  t.equal(tiles.length, 4);
  for (const [, href] of tiles)
    t.equal((await forms(app, as.officer).get(href!.replaceAll('&amp;', '&'))).statusCode, 200, href!);
});

t.test('a first visit is light: what a page needs comes compressed', async (t) => {
  const headers = { ...as.officer, 'accept-encoding': 'gzip, br' };
  const page = await app.inject({ url: '/', headers });
  t.equal(page.headers['content-encoding'], 'gzip');
  const html = gunzipSync(page.rawPayload).toString();
  const found = [...html.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, url]) => url!);
  const [, prefix] = /^(\/assets\/\w+)\//.exec(found[0]!)!;
  const urls = [
    ...found,
    ...['nhsuk.js', 'suggestions.js', 'session.js', 'sound.js'].map((file) => `${prefix}/${file}`),
  ];
  t.ok(urls.length >= 6);
  let bytes = page.rawPayload.length;
  for (const url of urls) {
    const reply = await app.inject({ url, headers });
    t.equal(reply.statusCode, 200, url);
    t.equal(reply.headers['cache-control'], 'public, max-age=31536000, immutable');
    bytes += reply.rawPayload.length;
  }
  t.ok(bytes < 150 * 1024, `${(bytes / 1024).toFixed(0)} KB`);
  t.comment(`${(bytes / 1024).toFixed(0)} KB on a first visit`);
});

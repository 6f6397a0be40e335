import { sql } from 'kysely';
import t from 'tap';
import { getRequiredChecks } from '../../src/stock/devices/check.queries.ts';
import { changeRequiredChecks, etagOfChecks } from '../../src/stock/devices/required-check.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, ownerUrl } = await testApp(t);
const make = factories(deps);
const url = '/api/v1/required-checks';

type Checks = Record<string, string[]>;
const current = async () => {
  const reply = await app.inject({ url, headers: as.manager });
  return { etag: String(reply.headers.etag), checks: reply.json().checks as Checks };
};
const change = async (checks: Checks, etag?: string) =>
  app.inject({
    method: 'PATCH',
    url,
    headers: { ...as.manager, 'if-match': etag ?? (await current()).etag },
    payload: { checks },
  });
const statusOf = async (id: string) =>
  (await db.selectFrom('device').select('status').where('id', '=', id).executeTakeFirstOrThrow()).status;
const eventsOf = async (id: string, type: string) =>
  (
    await sql<{ values: object }>`select e."values" from event e join event_subject s on s.event_id = e.id
    where s.subject_id = ${id} and e.type = ${type} order by e.id`.execute(db)
  ).rows.map(({ values }) => values);
const hold = async (deviceId: string) => {
  const { id: referralId } = await make.waitingReferral();
  await sql`insert into allocation (id, referral_id, device_id, created_at) values (new_id(), ${referralId}, ${deviceId}, now())`.execute(
    db,
  );
  await sql`update device set status = 'reserved' where id = ${deviceId}`.execute(db);
  return referralId;
};

t.test('the checks per kind are read, and changed by who may', async (t) => {
  t.same((await current()).checks, {
    tablet: ['sanitisation', 'electrical', 'setup'],
    phone: ['sanitisation', 'electrical', 'setup'],
    laptop: ['sanitisation', 'electrical', 'setup'],
    dongle: ['sanitisation', 'electrical', 'setup'],
    router: ['sanitisation', 'electrical', 'setup'],
    sim: ['setup'],
  });
  const reply = await change({ router: ['setup', 'electrical'] });
  t.match(reply.json(), {
    checks: { router: ['electrical', 'setup'], sim: ['setup'] },
    sentBack: 0,
    madeReady: 0,
  });
  t.equal(reply.headers.etag, (await current()).etag);
  const { rows } = await sql<{ values: object }>`
    select "values" from event where type = 'required_checks.changed' order by id desc limit 1`.execute(db);
  t.same(rows[0]!.values, {
    kind: 'router',
    from: ['sanitisation', 'electrical', 'setup'],
    to: ['electrical', 'setup'],
  });
  await change({ router: ['electrical', 'setup'] });
  t.same(
    (
      await sql<{
        n: number;
      }>`select count(*) as n from event where type = 'required_checks.changed'`.execute(db)
    ).rows[0]!.n,
    1,
    'what changes nothing is no event',
  );
});

t.test('a kind always keeps at least one check, in the database too', async (t) => {
  const reply = await change({ sim: [] });
  t.equal(reply.statusCode, 422);
  t.match(reply.json(), { errors: [{ pointer: '/checks/sim' }] });
  t.match(await refusal(sql`delete from required_check where device_kind = 'sim'`.execute(db)), {
    constraint: 'required_check_at_least_one',
  });
  t.equal((await change({ kettle: ['setup'] })).statusCode, 422);
});

t.test(
  'rule 3: a check that becomes required sends ready devices back, in the same transaction',
  async (t) => {
    const [ready, held] = await make.readyDevices(2, { kind: 'sim' });
    const [tablet] = await make.readyDevices(1);
    const [done] = await make.readyDevices(1, { kind: 'sim' });
    await make.pass(done!.id, 'electrical');
    const referralId = await hold(held!.id);
    const reply = await change({ sim: ['electrical', 'setup'] });
    t.match(reply.json(), { sentBack: 1, madeReady: 0, held: 1 });
    t.equal(await statusOf(ready!.id), 'in_preparation');
    t.same(await eventsOf(ready!.id, 'device.check_required'), [
      { from: 'ready', to: 'in_preparation', openChecks: ['electrical'] },
    ]);
    t.equal(await statusOf(done!.id), 'ready', 'one that has passed it stays');
    t.equal(await statusOf(tablet!.id), 'ready', 'other kinds stay');
    t.equal(await statusOf(held!.id), 'reserved');
    t.match(
      await refusal(make.loan({ referralId, items: [{ deviceId: held!.id }] })),
      { type: 'device-not-available', message: /has a check that ran out/ },
      'what is held for someone does not go out without it',
    );
    t.match(await db.selectFrom('task').selectAll().where('subject_id', '=', held!.id).execute(), [
      { kind: 'check_ran_out', status: 'open' },
    ]);
    await make.pass(held!.id, 'electrical');
    t.match(await db.selectFrom('task').selectAll().where('subject_id', '=', held!.id).execute(), [
      { status: 'done' },
    ]);
    t.match(await make.loan({ referralId, items: [{ deviceId: held!.id }] }), {
      items: [{ deviceId: held!.id }],
    });
    t.match((await change({ sim: ['setup'] })).json(), { sentBack: 0, madeReady: 1, held: 0 });
    t.equal(await statusOf(ready!.id), 'ready', 'and one that is dropped makes it ready again');
    t.same(await eventsOf(ready!.id, 'device.check_dropped'), [
      { from: 'in_preparation', to: 'ready', openChecks: [] },
    ]);
  },
);

t.test('of two administrators at once the later is told, and undoes nothing', async (t) => {
  const { etag } = await current();
  t.equal((await change({ laptop: ['sanitisation', 'setup'] }, etag)).statusCode, 200);
  const later = await change({ phone: ['setup'] }, etag);
  t.equal(later.statusCode, 412);
  t.match(later.json(), { type: '/problems/changed-meanwhile' });
  t.equal(
    (await app.inject({ method: 'PATCH', url, headers: as.manager, payload: { checks: {} } })).statusCode,
    428,
  );
  const now = etagOfChecks(await getRequiredChecks(db));
  const both = await Promise.all([change({ phone: ['setup'] }, now), change({ phone: ['electrical'] }, now)]);
  t.same(both.map(({ statusCode }) => statusCode).sort(), [200, 412]);
});

t.test('a check recorded while the checks change leaves no device ready without it', async (t) => {
  const devices = await make.devices(12, { kind: 'dongle' });
  await change({ dongle: ['setup'] });
  const etag = (await current()).etag;
  const results = await Promise.allSettled([
    ...devices.slice(0, 6).map(({ id }) => make.pass(id, 'setup')),
    changeRequiredChecks(
      deps,
      { ...officer, ifMatch: etag },
      { checks: { dongle: ['electrical', 'setup'] } },
    ),
    ...devices.slice(6).map(({ id }) => make.pass(id, 'setup')),
  ]);
  t.same(
    results.filter(({ status }) => status === 'rejected'),
    [],
  );
  for (const { id } of devices) t.equal(await statusOf(id), 'in_preparation');
});

t.test('who waits for the change to end is measured by the new checks', async (t) => {
  const { createDatabase } = await import('../../src/shared/database.ts');
  const other = createDatabase(ownerUrl, 1, () => {});
  t.teardown(() => other.destroy());
  const [router] = await make.devices(1, { kind: 'router' });
  await make.pass(router!.id, 'setup');
  const trx = await other.startTransaction().execute();
  await sql`select pg_advisory_xact_lock(hashtextextended('required_check', 0))`.execute(trx);
  await sql`insert into required_check values ('router', 'sanitisation', 1)`.execute(trx);
  const passing = make.pass(router!.id, 'electrical');
  await new Promise((resolve) => setTimeout(resolve, 200));
  await trx.commit().execute();
  t.match(await passing, { device: { status: 'in_preparation', openChecks: ['sanitisation'] } });
});

t.test(
  '/settings/checks: saved, refused when a kind has none, and told when someone was faster',
  async (t) => {
    const { get, post } = forms(app, as.administrator);
    const field = (body: string, name: string) =>
      new RegExp(`name="${name}" value="([^"]*)"`).exec(body)![1]!.replaceAll('&quot;', '"');
    const kinds = ['tablet', 'phone', 'laptop', 'dongle', 'router', 'sim'];
    const all = Object.fromEntries(kinds.map((kind) => [`checks.${kind}`, ['setup', 'electrical']]));
    const version = field((await get('/settings/checks')).body, 'version');
    const { 'checks.sim': _sim, ...without } = all;
    const refused = await post('/settings/checks', { ...without, version });
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /Choose at least one check/);
    t.equal(field(refused.body, 'version'), version, 'still against what was seen');
    t.equal((await post('/settings/checks', { ...all, version })).statusCode, 303);
    const none = await post('/settings/checks', { version });
    t.equal(none.statusCode, 422);
    t.notMatch(none.body, /type="checkbox"[^>]* checked/, 'what was unticked stays so');
    await savedByTwo(
      t,
      { get, post },
      {
        page: '/settings/checks',
        first: { ...all, 'checks.phone': ['sanitisation', 'setup'] },
        second: { ...all, 'checks.sim': ['setup'] },
        shows: [
          /Checks phone says “Sanitisation, Setup” by now/,
          /Checks SIM says “Electrical, Setup” by now/,
        ],
      },
    );
    t.match((await current()).checks, { sim: ['setup'], phone: ['electrical', 'setup'] });
    t.match((await forms(app, as.officer).get('/settings/checks')).body, /may change them/);
    t.equal((await forms(app, as.officer).post('/settings/checks', all)).statusCode, 403);
  },
);

import t from 'tap';
import { alarmOfManySeen } from '../../src/office/security/many-seen.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms } from '../helpers/pages.ts';

const { app, as, ids, db, deps, clock, clinicId } = await testApp(t, {
  LOOKS_ALARM_PER_HOUR: '2',
  SESSION_IDLE_MINUTES: '6000',
});
const make = factories(deps);
const api = apiOf(app, as.officer);

const patientOf = async (referralId: string) =>
  (
    await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', referralId)
      .executeTakeFirstOrThrow()
  ).patient_id;
const looksOf = async (list: string) =>
  db.selectFrom('access_log').selectAll().where('list', '=', list).orderBy('id').execute();

t.test('a page of a list is one row: who, which list, what narrowed it, and everyone once', async (t) => {
  const one = await make.referral({ clinicId });
  const other = await make.referral();
  const both = [await patientOf(one.id), await patientOf(other.id)];
  await make.referral({ clinicId, person: { nhsNumber: undefined } });

  t.equal((await api('GET', '/referrals?status=received&limit=2')).status, 200);
  const [look, ...more] = await looksOf('/referrals');
  t.same(more, []);
  t.match(look, {
    patient_id: null,
    actor_id: ids.officer,
    actor_name: 'Test officer',
    what: 'list',
    filters: { status: 'received' },
    patient_ids: both,
  });
  t.same(Object.keys(look!.filters as object), ['status'], 'the size of the page is no filter');

  const own = await apiOf(app, as.clinic)('GET', '/referrals');
  t.equal(own.body.items.length, 2);
  const seen = (await looksOf('/referrals')).at(-1)!;
  t.match(seen, { actor_type: 'client', actor_id: ids.clinic });
  t.equal(seen.patient_ids!.length, 2, 'a clinic’s look at its own is one as well');

  const before = (await looksOf('/referrals')).length;
  await api('GET', '/referrals?status=asked');
  t.equal((await looksOf('/referrals')).length, before, 'a page that names nobody is no look');
});

t.test('the record tells lists among who has looked, the newest first and page by page', async (t) => {
  const referral = await make.waitingReferral({ needs: ['device'] });
  const loan = await make.loan({ referralId: referral.id });
  const id = await patientOf(referral.id);
  await api('GET', `/loans/${loan.id}`);
  await forms(app, as.auditor).get('/loans?status=open');
  await api('GET', `/patients/${id}`);

  const page = await forms(app, as.officer).get(`/patients/${id}`);
  t.match(
    page.body,
    /Test auditor, [^<]+<span class="app-count">\(Saw them in the list of loans \(status: open\)\)/,
  );
  const lines: string[] = [];
  let after = '';
  do {
    const { body } = await api('GET', `/patients/${id}/looks?limit=2${after}`);
    lines.push(...body.items.map(({ actorName, line }: Record<string, string>) => `${actorName}: ${line}`));
    after = body.next && `&after=${body.next}`;
  } while (after);
  t.same(lines.slice(-4), [
    'Test officer: Patient',
    'Test officer: Patient',
    'Test auditor: Saw them in the list of loans (status: open)',
    'Test officer: Loan',
  ]);
  const all = await forms(app, as.auditor).get(`/patients/${id}/looks`);
  t.match(all.body, 'Saw them in the list of loans (status: open)');
  t.equal((await forms(app, as.administrator).get(`/patients/${id}/looks`)).statusCode, 403);
});

t.test(
  'looks at records merged into theirs are looks at them; their page has lists of the last month',
  async (t) => {
    const stays = await patientOf((await make.referral()).id);
    const goes = await patientOf((await make.referral()).id);
    const auditor = apiOf(app, as.auditor);
    clock.set('2026-10-20T09:30:00Z');
    await auditor('GET', '/patients?limit=50');
    clock.set('2026-11-20T09:30:00Z');
    await auditor('GET', `/patients/${goes}`);
    await auditor('GET', '/referrals?limit=50');
    clock.set('2026-11-23T09:30:00Z');
    t.equal(
      (await apiOf(app, as.manager)('POST', `/patients/${stays}/merges`, { patientId: goes })).status,
      201,
    );

    const lines = async (page: Promise<{ body: string }>) =>
      [...(await page).body.matchAll(/Test auditor, [^<]+<span class="app-count">\(([^<]+)\)/g)].map(
        ([, line]) => line,
      );
    const { get } = forms(app, as.officer);
    const told = ['Saw them in the list of referrals', 'Patient'];
    t.same(await lines(get(`/patients/${stays}`)), told);
    const all = [...told, 'Saw them in the list of patients'];
    const { body } = await api('GET', `/patients/${stays}/looks?limit=50`);
    t.same(
      body.items.flatMap(({ actorName, line }: Record<string, string>) =>
        actorName === 'Test auditor' ? line : [],
      ),
      all,
    );
    t.match((await get(`/patients/${stays}/looks`)).body, /Saw them in the list of patients/);
  },
);

t.test('what is given out of a person has the lists, and nobody else who was in them', async (t) => {
  const mine = await patientOf((await make.referral({ clinicId })).id);
  const other = await patientOf((await make.referral({ clinicId })).id);
  await api('GET', '/patients?limit=50');
  const manager = apiOf(app, as.manager);
  const { body } = await manager('POST', `/patients/${mine}/exports`, {
    askedBy: 'patient',
    askedOn: '2026-11-20',
    identityCheck: 'Saw a card',
  });
  const file = await manager('GET', `/patients/${mine}/exports/${body.id}`);
  t.ok(
    file.body.accessLog.some(
      ({ list, actorName }: Record<string, string>) => list === '/patients' && actorName === 'Test officer',
    ),
  );
  t.notOk(JSON.stringify(file.body.accessLog).includes(other));
});

t.test('many people within an hour are an alarm, once an hour for an account or a key', async (t) => {
  const alarms = async () =>
    db
      .selectFrom('security_event')
      .selectAll()
      .where('kind', '=', 'many_people_seen')
      .orderBy('at')
      .execute();
  clock.set('2026-11-23T15:00:00Z');
  t.equal(await alarmOfManySeen(deps), 0, 'what was seen earlier does not count');
  await api('GET', '/patients?limit=2');
  await api('GET', '/patients?limit=2');
  t.equal(await alarmOfManySeen(deps), 0, 'the same people twice are two');
  await api('GET', '/patients?limit=3');
  await apiOf(app, as.clinic)('GET', '/referrals');
  t.equal(await alarmOfManySeen(deps), 2);
  t.equal(await alarmOfManySeen(deps), 0);
  t.match(
    (await alarms()).toSorted((one, two) => one.actor_type.localeCompare(two.actor_type)),
    [
      { actor_type: 'client', actor_id: ids.clinic, client_id: ids.clinic, is_alarm: true },
      { actor_type: 'staff', actor_id: ids.officer, staff_id: ids.officer, about: '3', is_alarm: true },
    ],
  );
  clock.set('2026-11-23T15:40:00Z');
  await api('GET', '/patients?limit=4');
  t.equal(await alarmOfManySeen(deps), 0, 'the hour is not over');
  clock.set('2026-11-23T16:10:00Z');
  t.equal(await alarmOfManySeen(deps), 1);
});

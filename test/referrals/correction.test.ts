import { sql } from 'kysely';
import t from 'tap';
import { allocateDevice } from '../../src/referrals/allocations/allocation.commands.ts';
import { correctReferral } from '../../src/referrals/correction.commands.ts';
import { changeNeed } from '../../src/referrals/need.commands.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { withdrawReferral } from '../../src/referrals/withdrawal.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser } from '../helpers/pages.ts';

const begun = '2026-11-23T09:30:00Z';
const { app, as, db, deps, clock, clinicId } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set(begun));

const correct = async (id: string, body: object, match?: string) => {
  const tag = match ?? (await api('GET', `/referrals/${id}`)).etag;
  return api('PATCH', `/referrals/${id}`, body, tag ? { 'if-match': tag } : {});
};
const needsOf = async (id: string) =>
  (await getReferral(db, officer.actor, id)).needs.map(({ need, status }) => `${need} ${status}`);
const lastEvent = async (id: string, type: string) => {
  const { rows } = await sql<{ values: Record<string, unknown>; fields: string[]; all: string }>`
    select e."values", e.fields, row_to_json(e)::text as all from event_subject s join event e on e.id = s.event_id
    where s.subject_id = ${id} and e.type = ${type} order by e.id desc limit 1`.execute(db);
  return rows[0];
};

t.test('what was written down wrong is put right, and the clinic sees it', async (t) => {
  const { id } = await make.referral({ clinicId, needs: ['device'], notes: 'Lives on the ward' });
  clock.set('2026-11-23T09:35:00Z');
  const done = await correct(id, {
    needs: ['device', 'support'],
    barriers: [],
    referrer: { name: 'Dr Old', email: 'old@clinic.example', phone: null },
    urgency: 'urgent',
    urgencyReason: 'She leaves on Friday',
    clinicReference: 'TSC-7',
    notes: null,
    visitRisks: 'A large dog',
  });
  t.match(done, {
    status: 200,
    body: {
      status: 'received',
      urgency: 'urgent',
      urgencyReason: 'She leaves on Friday',
      referrer: { name: 'Dr Old', email: 'old@clinic.example', phone: null },
      clinicReference: 'TSC-7',
      notes: null,
      visitRisks: 'A large dog',
      barriers: [],
    },
  });
  t.same(await needsOf(id), ['device open', 'support open']);
  const event = (await lastEvent(id, 'referral.corrected'))!;
  t.match(event.values, { added: ['support'], urgency: 'urgent' });
  t.same(event.fields.toSorted(), [
    'barriers',
    'clinicReference',
    'notes',
    'referrer',
    'urgency',
    'urgencyReason',
    'visitRisks',
  ]);
  t.notMatch(event.all, /Dr Old|old@clinic|Friday|dog|ward/, 'names of fields alone');
  const seen = await apiOf(app, as.clinic)('GET', `/referrals/${id}`);
  t.match(seen.body, { urgency: 'urgent', notes: null, changedAt: '2026-11-23T09:35:00.000Z' });
  t.equal(seen.body.needs.length, 2, 'it asked for both');
  const auditor = await apiOf(app, as.auditor)('GET', `/referrals/${id}`);
  t.equal(auditor.body.visitRisks, null);
  const { rows } = await sql<{
    handler: string;
  }>`select o.handler from outbox o join event e on e.id = o.event_id
    where e.type = 'referral.corrected' order by 1`.execute(db);
  t.same(
    rows.map(({ handler }) => handler),
    ['plan-reminders', 'tell-clinic'],
  );
  t.match(
    (await forms(app, as.officer).get(`/referrals/${id}`)).body,
    /put right; asked for too: support; urgency: urgent/,
  );
});

t.test('without a version, with another, by others and of nothing', async (t) => {
  const { id } = await make.referral({ clinicId, person: { givenName: 'Bea' } });
  const { etag } = await api('GET', `/referrals/${id}`);
  t.equal((await api('PATCH', `/referrals/${id}`, { notes: 'A' })).status, 428);
  t.match(await correct(id, { urgency: 'urgent' }), {
    status: 422,
    body: { errors: [{ pointer: '/urgencyReason' }] },
  });
  t.match(await correct(id, { referrer: { email: 'nobody', phone: '1' } }), {
    status: 422,
    body: { errors: [{ pointer: '/referrer/email' }] },
  });
  t.equal((await correct(id, { needs: [] })).status, 422);
  t.equal(
    (await correct(id, { referrer: { name: 'Dr Young' } }, etag)).status,
    200,
    'as it is: nothing is written',
  );
  t.notOk(await lastEvent(id, 'referral.corrected'));
  clock.set('2026-11-23T09:40:00Z');
  t.equal((await correct(id, { notes: 'A' }, etag)).status, 200);
  t.equal((await correct(id, { notes: 'B' }, etag)).status, 412);
  for (const who of ['clinic', 'auditor', 'supporter'] as const)
    t.equal(
      (await apiOf(app, as[who])('PATCH', `/referrals/${id}`, { notes: 'C' }, { 'if-match': '*' })).status,
      403,
    );
  clock.set('2026-11-23T09:42:00Z');
  const { etag: ifMatch } = await api('GET', `/referrals/${id}`);
  const outcomes = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    () => correctReferral(deps, { ...officer, ifMatch }, id, { notes: 'One' }),
    () => correctReferral(deps, { ...officer, ifMatch }, id, { notes: 'Two' }),
  ]);
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'two at once: one is refused');
});

t.test('a need that was never asked for goes, with what is held for it where that is said', async (t) => {
  const { id } = await make.waitingReferral({ needs: ['device', 'support'] });
  const [tablet] = await make.readyDevices(1);
  await allocateDevice(deps, officer, id, { deviceId: tablet!.id });
  t.match(await correct(id, { needs: ['support'] }), {
    status: 409,
    body: { type: '/problems/need-change-refused', detail: /LW-.* is held for it/ },
  });
  t.same(await needsOf(id), ['device open', 'support open'], 'nothing is written');
  t.match(await correct(id, { needs: ['support'], releaseHeld: true }), {
    status: 200,
    body: { status: 'active' },
  });
  t.same(await needsOf(id), ['support met'], 'support begins when nothing else is waited for');
  const { rows } = await sql<{ status: string; device: string }>`select a.status, d.status as device
    from allocation a join device d on d.id = a.device_id where a.referral_id = ${id}`.execute(db);
  t.same(rows, [{ status: 'released', device: 'ready' }]);
  t.match(await correct(id, { needs: ['device'] }), {
    status: 409,
    body: { detail: /Support has begun/ },
  });
  const data = await make.waitingReferral({ needs: ['device', 'data'] });
  const [other] = await make.readyDevices(1);
  await allocateDevice(deps, officer, data.id, { deviceId: other!.id });
  t.equal((await correct(data.id, { needs: ['device'] })).status, 200, 'what is held still meets a need');
  t.same(await needsOf(data.id), ['device open']);
});

t.test('a need that is met, one that the office added, and a referral that is over', async (t) => {
  const lent = await make.waitingReferral({ needs: ['device', 'data', 'support'] });
  const { reference } = await make.loan({ referralId: lent.id });
  t.match(await correct(lent.id, { needs: ['data', 'support'] }), {
    status: 409,
    body: { detail: new RegExp(`A loan meets device: ${reference}`) },
  });
  const own = await make.referral({ needs: ['device'] });
  await changeNeed(deps, officer, own.id, { need: 'data', change: 'add', reason: 'They said so' });
  t.equal((await correct(own.id, { needs: ['device', 'data'] })).status, 200);
  const { rows } = await sql<{
    asked: boolean;
  }>`select asked from referral_need where referral_id = ${own.id}`.execute(db);
  t.same(rows, [{ asked: true }, { asked: true }]);
  await changeNeed(deps, officer, own.id, { need: 'device', change: 'drop', reason: 'They have one' });
  t.match(await correct(own.id, { needs: ['device'] }), {
    status: 409,
    body: { detail: /Decline the referral instead/ },
  });
  await withdrawReferral(deps, officer, own.id, { reason: 'No longer wanted', saidBy: 'clinic' });
  t.match(await correct(own.id, { notes: 'x' }), {
    status: 409,
    body: { type: '/problems/referral-ended', detail: /withdrawn, and stays/ },
  });
  t.match(
    (await forms(app, as.officer).get(`/referrals/${own.id}/corrections`)).body,
    /stays as it was then/,
  );
  const gone = await make.referral();
  await sql`update patient set erased_at = now() where id = (select patient_id from referral where id = ${gone.id})`.execute(
    db,
  );
  t.match(await correct(gone.id, { notes: 'x' }, '*'), {
    status: 409,
    body: { type: '/problems/patient-erased' },
  });
});

t.test('two who correct the same page', async (t) => {
  const { id } = await make.referral();
  clock.set('2026-11-23T09:31:00Z');
  const form = { needs: ['device'], 'referrer.name': 'Dr Young', urgency: 'routine' };
  await savedByTwo(t, forms(app, as.officer), {
    page: `/referrals/${id}/corrections`,
    first: { ...form, notes: 'First' },
    second: { ...form, notes: 'Second' },
    shows: ['First', 'Second', 'Someone else saved this'],
  });
  t.equal((await getReferral(db, officer.actor, id)).notes, 'Second');
});

for (const scripts of [true, false])
  t.test(`an officer puts a referral right; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { id } = await make.waitingReferral({ needs: ['device', 'data'], person: { givenName: 'Amal' } });
    const [tablet] = await make.readyDevices(1);
    await allocateDevice(deps, officer, id, { deviceId: tablet!.id });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/referrals/${id}`);
    await page.getByRole('link', { name: 'Put right what was written down wrong' }).click();
    await look('putting a referral right');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/correct.png`, fullPage: true });
    await page.getByLabel('Name of who refers').fill('');
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page.getByRole('link', { name: 'Enter who refers' }).waitFor();
    await page.getByLabel('Name of who refers').fill('Dr Adébáyọ̀');
    await page.getByRole('group', { name: 'What the clinic asked for' }).getByLabel('Device').uncheck();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page
      .getByText(/is held for it/)
      .first()
      .waitFor();
    await look('putting a referral right, refused');
    await page.getByLabel('Let go what is held for it').check();
    await page.getByRole('button', { name: 'Put it right' }).click();
    await page.getByText('The referral is put right.').waitFor();
    await page.getByText('never asked for: device').waitFor();
  });

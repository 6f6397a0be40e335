import { sql } from 'kysely';
import t from 'tap';
import { addStaff, changeStaff, suspendStaff } from '../../src/access/staff.commands.ts';
import type { StaffRole } from '../../src/access/staff.rules.ts';
import { askOf, watches } from '../../src/office/nightly/watch.commands.ts';
import { assignReferral } from '../../src/referrals/triage.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { addDropIn } from '../../src/support/drop-in.commands.ts';
import { changeFollowUp } from '../../src/support/follow-up.commands.ts';
import { givePlan } from '../../src/support/patient-plan.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { timeGoesOn } from '../helpers/both-clocks.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, ids, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.administrator);
const byOfficer = apiOf(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

let people = 0;
const add = async (role: StaffRole, name = `Leaver ${++people}`) =>
  (await addStaff(deps, systemContext('r'), { name, email: `leaver${++people}@scheme.example`, role })).id;
const give = (referralId: string, staffId: string | null) =>
  assignReferral(deps, officer, referralId, { staffId, insteadOf: null });
const followUpsOf = async (staffId: string | null) =>
  (
    await db
      .selectFrom('follow_up')
      .select('id')
      .where('supporter_id', staffId ? '=' : 'is', staffId)
      .where('status', '=', 'planned')
      .execute()
  ).map(({ id }) => id);
const referralsOf = async (staffId: string) =>
  (await db.selectFrom('referral').select('id').where('assigned_to', '=', staffId).execute()).map(
    ({ id }) => id,
  );
const workOf = async (id: string) => (await api('GET', `/staff/${id}/work`)).body;

/** Someone with a referral, four follow-ups, a drop-in to come and one that has been. */
async function busy(role: StaffRole, name?: string) {
  const id = await add(role, name);
  const referral = await make.referral();
  if (role !== 'supporter') await give(referral.id, id);
  const supported = await make.waitingReferral({ needs: ['support'] });
  await sql`update follow_up set supporter_id = ${id} where referral_id = ${supported.id}`.execute(db);
  const { id: locationId } = await make.store();
  const held = (heldOn: string) =>
    addDropIn(deps, officer, { locationId, heldOn, startsAt: '14:00', minutes: 60, supporterId: id });
  const past = await held('2026-11-20');
  const next = await held('2026-11-23');
  return { id, referral: referral.id, supported: supported.id, past: past.id, next: next.id };
}

t.test('what is theirs is counted, and goes to who is chosen in the same step', async (t) => {
  const one = await busy('officer');
  t.match(await workOf(one.id), { referrals: 1, followUps: 4, dropIns: 1, systems: [] });
  const done = await api('POST', `/staff/${one.id}/suspensions`, {
    referralsTo: ids.manager,
    supportTo: ids.supporter,
  });
  t.match(done, { status: 201, body: { status: 'suspended' } });
  t.match(await workOf(one.id), { referrals: 0, followUps: 0, dropIns: 0 });
  t.same(await referralsOf(ids.manager), [one.referral]);
  t.equal((await followUpsOf(ids.supporter)).length, 4);
  const dropIn = async (id: string) => (await byOfficer('GET', `/drop-ins/${id}`)).body.supporter?.id;
  t.equal(await dropIn(one.next), ids.supporter);
  t.equal(await dropIn(one.past), one.id, 'what has been stays theirs');
  const { rows } = await sql<{ type: string; values: object; whom: string[] }>`
    select e.type, e."values", (select array_agg(s.subject_id::text) from event_subject s where s.event_id = e.id) as whom
    from event_subject x join event e on e.id = x.event_id where x.subject_id = ${one.id} and e.type like 'staff.%given_on' order by e.id`.execute(
    db,
  );
  t.match(rows, [
    { type: 'staff.referrals_given_on', values: { count: 1, to: ids.manager } },
    { type: 'staff.support_given_on', values: { followUps: 4, dropIns: 1, to: ids.supporter } },
  ]);
  t.ok(rows[0]!.whom.includes(ids.manager));
  const { rows: told } = await sql<{ values: object }>`
    select e."values" from event_subject x join event e on e.id = x.event_id
    where x.subject_id = ${one.referral} and e.type = 'referral.assigned' order by e.id desc limit 1`.execute(
    db,
  );
  t.same(told[0]!.values, { staffId: ids.manager });
  const today = await forms(app, as.manager).get('/');
  t.match(today.body, /From Leaver \d+, now yours:\s+<a href="[^"]+">1 referral/);
  t.match(
    (await forms(app, as.supporter).get('/support')).body,
    /now yours:[\s\S]*4 follow-ups[\s\S]*1 drop-in/,
  );
  t.notMatch((await forms(app, as.officer).get('/')).body, /now yours/);
  t.same(
    (await byOfficer('GET', '/tasks?limit=200')).body.items,
    [],
    'nobody has to give anything to anyone',
  );
});

t.test('given to nobody it shows as nobody’s, and staff are asked', async (t) => {
  const one = await busy('manager', 'Greta Gone');
  t.match(await api('POST', `/staff/${one.id}/suspensions`), { status: 201 }, 'without a body, as before');
  t.same(await referralsOf(one.id), []);
  t.ok((await followUpsOf(null)).length >= 4);
  const tasks = (await byOfficer('GET', '/tasks?limit=200')).body.items;
  t.same(tasks.map(({ kind }: { kind: string }) => kind).toSorted(), [
    'referrals_of_nobody',
    'support_of_nobody',
  ]);
  const { get } = forms(app, as.officer);
  const reference = (await byOfficer('GET', `/referrals/${one.referral}`)).body.reference;
  t.match((await get('/referrals?status=all&assigned=nobody')).body, reference);
  t.match((await get('/drop-ins?unassigned=true')).body, one.next);
  t.notMatch((await get('/drop-ins?unassigned=true')).body, one.past);
  const { etag } = await byOfficer('GET', `/drop-ins/${one.next}`);
  t.match(
    await byOfficer('PATCH', `/drop-ins/${one.next}`, { supporterId: ids.supporter }, { 'if-match': etag }),
    { status: 200, body: { supporter: { id: ids.supporter } } },
  );
});

t.test('another role gives on only what may no longer be done', async (t) => {
  const one = await busy('officer');
  const change = async (body: object) =>
    api('PATCH', `/staff/${one.id}`, body, { 'if-match': (await api('GET', `/staff/${one.id}`)).etag });
  await change({ role: 'manager', referralsTo: ids.officer });
  t.same(await referralsOf(one.id), [one.referral], 'a manager decides as well');
  await change({ role: 'supporter', referralsTo: ids.officer });
  t.same(await referralsOf(one.id), []);
  t.ok((await referralsOf(ids.officer)).includes(one.referral));
  t.equal((await followUpsOf(one.id)).length, 4, 'a supporter supports');
  await change({ role: 'auditor' });
  t.same(await followUpsOf(one.id), []);
  t.match(await workOf(one.id), { referrals: 0, followUps: 0, dropIns: 0 });
});

t.test('who may not do it is refused with words, and nothing is written', async (t) => {
  const one = await busy('officer');
  const gone = await add('manager');
  await suspendStaff(deps, systemContext('r'), gone);
  for (const heirs of [
    { referralsTo: ids.supporter },
    { referralsTo: gone },
    { referralsTo: one.id },
    { supportTo: ids.auditor },
    { supportTo: gone },
  ]) {
    const [kind] = Object.keys(heirs);
    t.match(
      await api('POST', `/staff/${one.id}/suspensions`, heirs),
      { status: 422, body: { errors: [{ pointer: `/${kind}`, message: /here now/ }] } },
      JSON.stringify(heirs),
    );
  }
  t.equal((await api('GET', `/staff/${one.id}`)).body.status, 'invited');
  t.same(await referralsOf(one.id), [one.referral]);
  t.match(await refusal(give((await make.referral()).id, gone)), {
    errors: [{ pointer: '/staffId', message: /works here now/ }],
  });
  const [followUp] = await followUpsOf(one.id);
  t.match(
    await refusal(changeFollowUp(deps, { ...officer, ifMatch: '*' }, followUp!, { supporterId: gone })),
    { errors: [{ pointer: '/supporterId', message: /no follow-ups here any more/ }] },
  );
});

t.test('two at once: what is given while someone is suspended does not stay theirs', async (t) => {
  for (const first of ['suspended', 'given'] as const) {
    const one = await busy('officer');
    const other = await make.referral();
    const loose = await make.waitingReferral({ needs: ['support'] });
    const [followUp] = await db
      .selectFrom('follow_up')
      .select('id')
      .where('referral_id', '=', loose.id)
      .execute();
    const calls: (() => Promise<unknown>)[] = [
      () => suspendStaff(deps, systemContext('one'), one.id),
      () => give(other.id, one.id),
      () => changeFollowUp(deps, { ...officer, ifMatch: '*' }, followUp!.id, { supporterId: one.id }),
    ];
    const outcomes = await atOnce(
      db,
      sql`select from staff where id = ${one.id} for update`,
      first === 'given' ? calls.toReversed() : calls,
    );
    t.equal(outcomes.length, 3);
    t.same(await referralsOf(one.id), [], `${first} first`);
    t.same(await followUpsOf(one.id), [], `${first} first`);
  }
  const heir = await add('officer');
  const one = await busy('officer');
  const outcomes = await atOnce(db, sql`select from staff where id = ${heir} for update`, [
    () => suspendStaff(deps, systemContext('one'), one.id, { referralsTo: heir }),
    () => suspendStaff(deps, systemContext('two'), heir),
  ]);
  t.equal(outcomes[1]!.status, 'fulfilled');
  t.same(await referralsOf(heir), [], 'nor with whom it is given to');
  const both = [await add('administrator'), await add('administrator')] as const;
  const each = await Promise.allSettled(
    both.map((id, at) =>
      changeStaff(deps, { ...systemContext('c'), ifMatch: '*' }, id, {
        role: 'officer',
        referralsTo: both[1 - at]!,
      }),
    ),
  );
  t.equal(each.length, 2);
});

t.test('what was left before is found by the lists, by the night, and is given on', async (t) => {
  const one = await busy('officer');
  await sql`update staff set suspended_at = now() where id = ${one.id}`.execute(db);
  const { get } = forms(app, as.officer);
  for (const assigned of ['nobody', 'left'])
    t.match((await get(`/referrals?status=all&assigned=${assigned}`)).body, one.referral, assigned);
  for (const supporter of ['none', 'left'])
    t.match(
      (await get(`/support?status=ahead&supporter=${supporter}`)).body,
      (await followUpsOf(one.id))[0]!,
    );
  const listed = await byOfficer('GET', '/follow-ups?unassigned=true&limit=200');
  const found = new Set(listed.body.items.map(({ id }: { id: string }) => id));
  for (const id of await followUpsOf(one.id)) t.ok(found.has(id));
  t.match((await get('/drop-ins?unassigned=true')).body, one.next);
  const watch = watches.find(({ kind }) => kind === 'work_of_who_left')!;
  t.equal(await askOf(deps, watch, '2026-11-23'), 1);
  const asked = async () =>
    (await api('GET', '/staff')) &&
    db
      .selectFrom('task')
      .select('status')
      .where('subject_id', '=', one.id)
      .where('kind', '=', 'work_of_who_left')
      .execute();
  t.same(await asked(), [{ status: 'open' }]);
  t.match((await forms(app, as.administrator).get(`/settings/staff/${one.id}`)).body, /Give it on/);
  await api('POST', `/staff/${one.id}/suspensions`, { referralsTo: ids.officer });
  t.same(await referralsOf(one.id), []);
  t.same(await followUpsOf(one.id), []);
  t.same(await asked(), [{ status: 'done' }]);
});

t.test('a plan that is given anew does not bring back who has left', async (t) => {
  const one = await busy('supporter');
  const held = await db
    .selectFrom('patient_plan')
    .select(['id', 'patient_id'])
    .where('referral_id', '=', one.supported)
    .executeTakeFirstOrThrow();
  const steps = [1, 2].map((days) => ({
    step: `Ring ${days}`,
    countedFrom: 'start',
    days,
    way: 'phone',
    minutes: 20,
    startsAt: '10:00',
  }));
  const { body: plan } = await api('POST', '/support-plans', { name: 'Light touch', steps });
  await sql`update staff set suspended_at = now() where id = ${one.id}`.execute(db);
  const ahead = await followUpsOf(one.id);
  t.equal(ahead.length, 4);
  t.match(await givePlan(deps, officer, held.patient_id, { planId: plan.id, inPlaceOf: held.id }), {
    planned: 2,
    cancelled: 4,
  });
  t.same(await followUpsOf(one.id), []);
});

t.test('keys that they made are shown, and go on working', async (t) => {
  timeGoesOn(t, clock);
  const { body } = await api('POST', '/api-clients', { name: 'Robot', role: 'integration' });
  await api('POST', `/api-clients/${body.id}/keys`);
  t.match((await workOf(ids.administrator)).systems, [{ name: 'Robot', keys: 1 }]);
});

for (const scripts of [true, false])
  t.test(
    `an administrator sees what is theirs and gives it on; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const one = await busy('officer', `Oluwaseun Adébáyọ̀-Featherstonehaugh ${scripts}`);
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
      const { page, look } = await signedInBrowser(t, baseURL, as.administrator, { scripts });
      await page.goto(`/settings/staff/${one.id}/change`);
      await page.getByText('4 follow-ups').waitFor();
      await look('changing a role');
      await page.goto(`/settings/staff/${one.id}`);
      await page.getByRole('link', { name: 'Suspend them' }).click();
      await page.getByText('1 open referral').waitFor();
      await look('what is theirs');
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/suspend.png`, fullPage: true });
      await page.getByLabel('Who is given their referrals').selectOption({ label: 'Test manager' });
      await page.getByRole('button', { name: 'Suspend', exact: true }).click();
      await page.getByText(/1 open referral were given on|1 open referral was given on/).waitFor();
      await look('someone who is suspended');
      const of = await signedInBrowser(t, baseURL, as.manager, { scripts });
      await of.page.goto('/');
      await of.page
        .getByText(/From Oluwaseun.*now yours/)
        .first()
        .waitFor();
      await of.look('Today of who was given it');
      if (process.env.SHOTS)
        await of.page.screenshot({ path: `${process.env.SHOTS}/today.png`, fullPage: true });
    },
  );

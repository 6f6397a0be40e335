import { sql } from 'kysely';
import t from 'tap';
import { signIn } from '../../src/access/sign-in.commands.ts';
import { changeStaff, suspendStaff } from '../../src/access/staff.commands.ts';
import { getStaff } from '../../src/access/staff.queries.ts';
import { dbsCountsUntil, dbsDueBy } from '../../src/access/staff.rules.ts';
import { addOrganisation } from '../../src/scheme/organisations/organisation.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, db, deps, ids, clock } = await testApp(t, { DATABASE_POOL: '20' });
const make = factories(deps);
const api = apiOf(app, as.administrator);
const password = 'correct horse battery staple';
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

/** A stranger with the page of a link before them: what it answers to a password. */
async function stranger(path: string) {
  const page = await app.inject({ url: path });
  const [cookie] = page.cookies;
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const send = (password: string) =>
    forms(app, cookie ? { cookie: `${cookie.name}=${cookie.value}` } : {}).post(path, {
      _csrf: csrf,
      password,
    });
  return { page, send };
}

let people = 0;
const add = async (changes: object = {}) =>
  (
    await api('POST', '/staff', {
      name: 'Sam Okoro',
      email: `sam${++people}@partner.example`,
      role: 'supporter',
      ...changes,
    })
  ).body as { id: string; email: string };
const linkOf = async (id: string) => {
  const { body } = await api('POST', `/staff/${id}/password-links`);
  return new URL(body.url).pathname;
};
const tag = async (id: string) => (await api('GET', `/staff/${id}`)).etag;

t.test('someone is added, sets a password by a link that works once, and signs in', async (t) => {
  const { id, email } = await add();
  t.match((await api('GET', `/staff/${id}`)).body, { status: 'invited', openSessions: 0, lastSeenAt: null });
  const first = await linkOf(id);
  const second = await linkOf(id);
  const { get } = forms(app, {});
  t.equal((await get(first)).statusCode, 404, 'a newer link stops the older');
  const { page, send } = await stranger(second);
  t.match(page.body, /Choose a password/);
  t.equal(page.headers['referrer-policy'], 'no-referrer');
  t.match((await send('short')).body, /at least 12 characters/);
  t.match((await send(email.toUpperCase())).body, /not made of your name, your address/);
  t.match((await send(password)).body, /Your password is set/);
  t.match((await send('another long password')).body, /does not work any more/);
  t.ok((await signIn(deps, 'r', { email: email.toUpperCase(), password })).token);
  t.match((await api('GET', `/staff/${id}`)).body, { status: 'active', openSessions: 1 });
  const third = await linkOf(id);
  clock.set('2026-11-26T09:31:00Z');
  t.equal((await get(third)).statusCode, 404, 'after three days');
  const { rows } = await sql<{ e: string }>`select row_to_json(e)::text as e from event e
    where type like 'staff.%'`.execute(db);
  t.notMatch(rows.map(({ e }) => e).join(), /partner\.example|password\//, 'rule 20');
});

t.test('what is wrong is said, and nothing is written', async (t) => {
  const { email } = await add();
  const given = (changes: object) =>
    api('POST', '/staff', { name: 'A', email: 'a@b.example', role: 'officer', ...changes });
  t.match(await given({ email }), { status: 409, body: { type: '/problems/name-in-use' } });
  t.match(await given({ email: 'nobody' }), { status: 422, body: { errors: [{ pointer: '/email' }] } });
  t.match(await given({ dbsCheckedOn: '2026-11-24' }), {
    status: 422,
    body: { errors: [{ pointer: '/dbsCheckedOn', message: /future/ }] },
  });
  const clinic = await make.clinic();
  t.match(await given({ organisationId: clinic }), {
    status: 422,
    body: { errors: [{ pointer: '/organisationId' }] },
  });
  t.equal((await apiOf(app, as.officer)('GET', '/staff')).status, 403);
  t.equal(
    (await apiOf(app, as.manager)('POST', '/staff', { name: 'A', email, role: 'officer' })).status,
    403,
  );
});

t.test('details change with If-Match; the list is by name', async (t) => {
  const partner = await addOrganisation(deps, officer, { name: 'Helpful Hands', role: 'support_partner' });
  const { id } = await add({ name: 'aaron' });
  const change = (body: object, match?: string) =>
    api('PATCH', `/staff/${id}`, body, match ? { 'if-match': match } : {});
  t.equal((await change({ name: 'Ari' })).status, 428);
  const seen = await tag(id);
  t.match(
    await change({ organisationId: partner.id, weeklyMinutes: 240, dbsCheckedOn: '2024-01-31' }, seen),
    {
      status: 200,
      body: { organisation: { name: 'Helpful Hands' }, weeklyMinutes: 240, dbsCountsUntil: '2027-01-31' },
    },
  );
  clock.set('2026-11-23T09:31:00Z');
  await change({ name: 'Ari' }, seen);
  t.equal((await change({ name: 'Aro' }, seen)).status, 412);
  const names = (await api('GET', '/staff?limit=200')).body.items.map(({ name }: { name: string }) => name);
  t.same(
    names,
    names.toSorted((a: string, b: string) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
  );
  const page = await api('GET', '/staff?limit=2&role=supporter');
  const rest = await api('GET', `/staff?limit=200&role=supporter&after=${page.body.next}`);
  t.equal(page.body.items.length, 2);
  t.notOk(rest.body.items.some(({ id }: { id: string }) => id === page.body.items[0].id));
});

t.test('who is suspended is out at once, and what was theirs is nobody’s', async (t) => {
  const { id, email } = await add();
  const path = await linkOf(id);
  await (await stranger(path)).send(password);
  const { token } = await signIn(deps, 'r', { email, password });
  const { items } = (await apiOf(app, as.officer)('GET', '/follow-ups')).body;
  t.same(items, []);
  await make.loan();
  await sql`update follow_up set supporter_id = ${id}`.execute(db);
  const headers = { cookie: `lendwell-session=${token}` };
  t.match(await api('POST', `/staff/${id}/suspensions`), { status: 201, body: { status: 'suspended' } });
  t.equal((await app.inject({ url: '/api/v1/follow-ups', headers })).statusCode, 401);
  t.match(await refusal(signIn(deps, 'r', { email, password })), { type: 'invalid' });
  t.equal((await api('POST', `/staff/${id}/password-links`)).status, 409);
  const { rows } = await sql<{
    n: number;
  }>`select count(*)::int as n from follow_up where supporter_id = ${id}`.execute(db);
  t.equal(rows[0]!.n, 0);
  t.match(await api('POST', `/staff/${id}/restorations`), { status: 201, body: { status: 'active' } });
  t.ok((await signIn(deps, 'r', { email, password })).token);
  t.match(await api('POST', `/staff/${id}/session-ends`), { status: 201, body: { count: 1 } });
});

t.test('there is always an administrator, and nobody shuts themselves out', async (t) => {
  const own = ids.administrator!;
  t.match(await api('POST', `/staff/${own}/suspensions`), {
    status: 409,
    body: { detail: /only administrator/ },
  });
  const { id: other } = await add({ role: 'administrator' });
  t.match(await api('POST', `/staff/${own}/suspensions`), { status: 409, body: { detail: /your own/ } });
  t.match(await api('PATCH', `/staff/${own}`, { role: 'manager' }, { 'if-match': await tag(own) }), {
    status: 409,
    body: { detail: /your own/ },
  });
  const { id: second } = await add({ role: 'administrator' });
  await sql`update staff set role = 'manager' where id = ${own}`.execute(db);
  const outcomes = await atOnce(db, sql`select from staff where id = ${other} for update`, [
    () => suspendStaff(deps, systemContext('one'), other),
    () => changeStaff(deps, { ...systemContext('two'), ifMatch: '*' }, second, { role: 'officer' }),
  ]);
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1, 'two at once: one is refused');
  const left = await Promise.all([other, second].map((id) => getStaff(deps, db, id)));
  t.equal(left.filter((one) => one.role === 'administrator' && one.status !== 'suspended').length, 1);
  await sql`update staff set role = 'administrator' where id = ${own}`.execute(db);
});

t.test('a check of the Disclosure and Barring Service is repeated after three years', (t) => {
  t.equal(dbsCountsUntil('2024-02-29'), '2027-02-28');
  t.equal(dbsDueBy('2026-11-23'), '2024-01-22');
  t.end();
});

for (const scripts of [true, false]) {
  t.test(`an administrator looks after staff; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.administrator, { scripts });
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Staff', exact: true }).click();
    await look('staff');
    await page.getByRole('button', { name: 'Add someone' }).click();
    await page.getByLabel('Name').fill('Oluwaseun Adébáyọ̀-Featherstonehaugh');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByRole('link', { name: 'Choose what they do' }).waitFor();
    t.match(await page.getByLabel('Name').inputValue(), /Oluwaseun/);
    await look('someone new, refused');
    await page.getByLabel('Email address').fill(`seun${scripts}@partner.example`);
    await page.getByLabel('Supporter').check();
    await page.getByLabel('How much of a week they have').fill('240');
    await page.getByRole('button', { name: 'Add' }).click();
    await page.getByText('The account is made.').waitFor();
    await look('one of staff');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/staff.png`, fullPage: true });
    await page.getByRole('button', { name: 'Make a link to set a password' }).click();
    const url = await page.locator('code').textContent();
    await look('a link to set a password');
    await page.goto(url!);
    await look('choosing a password');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('Give a password of at least 12').first().waitFor();
    await look('a password, refused');
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.getByText('Your password is set').waitFor();
    await page.goto('/settings/staff?role=supporter&status=active');
    await page
      .getByRole('link', { name: /Oluwaseun/ })
      .first()
      .click();
    await page.getByText('Suspend them').click();
    await page.getByRole('button', { name: 'Suspend', exact: true }).click();
    await page.getByText(/is suspended and signed out/).waitFor();
    await look('someone who is suspended');
  });
}

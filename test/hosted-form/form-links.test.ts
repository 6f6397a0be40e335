import t from 'tap';
import { clinicFormLinks, findFormLink } from '../../src/referrals/hosted-form/form-link.queries.ts';
import { newId } from '../../src/shared/ids.ts';
import { testApp } from '../helpers/app.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db, clock, clinicId } = await testApp(t);
const url = `/settings/clinics/${clinicId}/form-links`;
const { get, post } = forms(app, as.manager);
const until = (day: string, month: string, year: string) => ({
  'expiresOn-day': day,
  'expiresOn-month': month,
  'expiresOn-year': year,
});
const tokenIn = (body: string) => /\/refer\/([\w-]{22})"/.exec(body)?.[1];
const clinic = async (name: string) => {
  const id = newId();
  await db
    .insertInto('organisation')
    .values({
      id,
      name,
      roles: ['clinic'],
      created_at: '2026-11-23T09:00:00Z',
      changed_at: '2026-11-23T09:00:00Z',
    })
    .execute();
  return id;
};

t.test(
  'a link is shown once, kept as a hash, and works until its last day or until it is ended',
  async (t) => {
    t.match((await get(url)).body, /There is no link yet[\s\S]*value="2027"/);
    const made = await post(url, { label: 'Crisis team', ...until('23', '11', '2026'), _once: 'one' });
    t.equal(made.statusCode, 201);
    const token = tokenIn(made.body)!;
    t.equal(Buffer.from(token, 'base64url').length, 16, '128 random bits');
    const row = await db.selectFrom('form_link').selectAll().executeTakeFirstOrThrow();
    t.notMatch(JSON.stringify(row), token);
    t.equal(row.token_hash.length, 32);
    const again = await post(url, { label: 'Crisis team', ...until('23', '11', '2026'), _once: 'one' });
    t.equal(tokenIn(again.body), undefined, 'a second click makes no second link and shows no token');
    t.match(again.body, /was shown then/);
    t.equal((await db.selectFrom('form_link').selectAll().execute()).length, 1);
    t.notMatch(JSON.stringify(await db.selectFrom('idempotency_key').selectAll().execute()), token);
    t.notMatch((await get(url)).body, token);

    t.match(await findFormLink(deps, token), { clinicId, label: 'Crisis team' });
    clock.set('2026-11-23T23:59:00Z');
    t.ok(await findFormLink(deps, token), 'it works through its last day');
    clock.set('2026-11-24T00:01:00Z');
    t.equal(await findFormLink(deps, token), undefined);
    t.match((await clinicFormLinks(deps, clinicId)).links, [{ state: 'expired' }]);
    clock.set('2026-11-23T09:30:00Z');
    const [{ id }] = (await db.selectFrom('form_link').select('id').execute()) as [{ id: string }];
    const elsewhere = await clinic('Oak Lane Clinic');
    t.equal((await post(`/settings/clinics/${elsewhere}/form-links/${id}/revocations`)).statusCode, 404);
    for (const _twice of [1, 2]) t.equal((await post(`${url}/${id}/revocations`)).statusCode, 303);
    t.equal(await findFormLink(deps, token), undefined, 'at once');
    t.match((await get(url)).body, /Ended/);
    t.same(
      (await db.selectFrom('event').select('type').where('type', 'like', 'form_link.%').execute()).map(
        ({ type }) => type,
      ),
      ['form_link.added', 'form_link.revoked'],
    );
  },
);

t.test('what is typed is checked, and who may not make a link is told', async (t) => {
  for (const [fields, wanted] of [
    [{ label: ' ', ...until('1', '1', '2027') }, /Enter who will use it/],
    [{ label: 'Desk', ...until('', '', '') }, /Enter the last day/],
    [{ label: 'Desk', ...until('22', '11', '2026') }, /This date is over/],
    [{ label: 'Desk', ...until('1', '1', '2030') }, /Give a day within 2 years/],
  ] as const) {
    const reply = await post(url, fields);
    t.equal(reply.statusCode, 422);
    t.match(reply.body, wanted);
  }
  const nowhere = `/settings/clinics/${newId()}/form-links`;
  t.equal((await get(nowhere)).statusCode, 404);
  t.equal((await post(nowhere, { label: 'Desk', ...until('1', '1', '2027') })).statusCode, 404);
  const read = (await forms(app, as.officer).get(url)).body;
  t.match(read, /Managers and administrators make links/);
  t.notMatch(read, /<form method="post" action="\/settings/);
});

t.test('links by the API: made with the address once, listed without it, ended', async (t) => {
  const clinicOfApi = await clinic('Api Lane Clinic');
  const call = (method: 'GET' | 'POST', path: string, payload?: object, headers = {}) =>
    app.inject({
      method,
      url: `/api/v1/organisations/${path}`,
      headers: { ...as.manager, ...headers },
      ...(payload && { payload }),
    });
  const link = { label: 'Crisis team', expiresOn: '2027-01-31' };
  const key = { 'idempotency-key': 'link-1' };
  const made = await call('POST', `${clinicOfApi}/form-links`, link, key);
  t.equal(made.statusCode, 201);
  const { id, url } = made.json();
  t.match(await findFormLink(deps, url.split('/refer/')[1]), { clinicId: clinicOfApi });
  t.same((await call('POST', `${clinicOfApi}/form-links`, link, key)).json(), { id });
  const list = (await call('GET', `${clinicOfApi}/form-links`)).json();
  t.same(list.items, [
    { id, ...link, state: 'open', createdAt: '2026-11-23T09:30:00.000Z', usedAt: null, sent: 0 },
  ]);
  t.equal((await call('GET', `${newId()}/form-links`)).statusCode, 404);
  t.equal(
    (await call('POST', `${clinicOfApi}/form-links`, { ...link, expiresOn: '2026-01-01' })).statusCode,
    422,
  );
  t.equal((await call('POST', `${clinicId}/form-links/${id}/revocations`)).statusCode, 404);
  t.same((await call('POST', `${clinicOfApi}/form-links/${id}/revocations`)).json(), { id, state: 'ended' });
  t.match((await call('GET', `${clinicOfApi}/form-links`)).json(), { items: [{ state: 'ended' }] });
});

t.test('the page by axe and at both widths', async (t) => {
  const id = await clinic(
    'The clinic of the very long name for whole families and single people of the north',
  );
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.manager,
  );
  await page.goto(`/settings/clinics/${id}/form-links`);
  await look('no link yet');
  for (const label of ['Crisis team', 'Wolfeschlegelsteinhausenbergerdorff desk on the second floor']) {
    await page.getByLabel('Who will use it').fill(label);
    await page.getByRole('button', { name: 'Make link' }).click();
    t.match(await page.getByLabel('Copy it now').inputValue(), /^http:\/\/127[^ ]+\/refer\/[\w-]{22}$/);
    await look('a link is made');
    if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/links.png`, fullPage: true });
  }
  await page.getByRole('button', { name: 'End the link Crisis team' }).click();
  await page.getByText('The link has ended.').waitFor();
  await look('a link is ended');
});

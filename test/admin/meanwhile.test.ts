import t from 'tap';
import { besideTheOther, versionToSend } from '../../src/web/edit-conflict.ts';
import { newForm } from '../../src/web/forms.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';

t.test('what differs by now is told in words; another refusal stays as it is', async (t) => {
  const late = (typed: Record<string, string>) => ({ ...newForm(typed), status: 412 });
  const { errors, summary, typed } = besideTheOther(
    late({
      name: 'Mine',
      'born-day': '6',
      'born-month': '8',
      'born-year': '1980',
      'checked-day': '',
      'checked-month': '',
      'checked-year': '',
      way: 'any_safe',
      version: 'x',
    }),
    {
      name: 'Theirs',
      born: '1980-08-06',
      checked: '2026-08-06',
      way: 'patient_contacts_us',
      'dutyContact.phone': '',
    },
  );
  t.same(errors, {
    name: 'Name says “Theirs” by now',
    checked: 'Checked says “6 August 2026” by now',
    way: 'Way says “Patient contacts us” by now',
  });
  t.match(summary[0]!.text, /^Someone else saved this while you wrote\. What you typed is kept/);
  t.equal(typed.name, 'Mine');
  const other = { ...newForm({ name: 'Mine' }), status: 422 };
  t.equal(besideTheOther(other, { name: 'Theirs' }), other);
  t.equal(
    versionToSend({ ...other, typed: { version: 'seen' } }, 'now'),
    'seen',
    'a change in between is still noticed',
  );
  t.equal(versionToSend(late({ version: 'seen' }), 'now'), 'now');
});

t.test('dates in three fields, rows and choices are told of as the page shows them', async (t) => {
  const late = {
    ...newForm({ 'on-day': '6', 'on-month': '8', 'on-year': '2026', way: 'phone' }),
    status: 412,
  };
  const same = besideTheOther(late, { 'on-day': '6', 'on-month': '8', 'on-year': '2026', way: 'phone' });
  t.match(same, { errors: {}, summary: [{ text: /These fields say the same by now/ }] });
  const now = { 'on-day': '7', 'on-month': '8', 'on-year': '2026', way: 'phone' };
  const id = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.same(besideTheOther(late, { ...now, 'steps.1.startsAt': '10:00', planId: id }).errors, {
    on: 'On says “7 August 2026” by now',
    'steps.1.startsAt': 'Step 2, starts at says “10:00” by now',
    planId: 'Plan is another choice by now',
  });
});

t.test('a button sends no fields: they begin with what they say by now', async (t) => {
  const pressed = { ...newForm({}), status: 412 };
  t.match(besideTheOther(pressed, { name: 'Theirs' }), {
    typed: { name: 'Theirs' },
    errors: {},
    summary: [{ text: /^Someone else saved this meanwhile\. Look/ }],
  });
  const refused = { ...newForm({}), status: 409, summary: [{ text: 'No' }] };
  t.match(besideTheOther(refused, { name: 'Theirs' }), {
    typed: { name: 'Theirs' },
    summary: [{ text: 'No' }],
  });
});

t.test(
  'two write at once: the second is told what the first changed, keeps theirs, and may save it',
  async (t) => {
    const { app, as, db, deps, clock } = await testApp(t);
    const make = factories(deps);
    await make.waitingReferral({ person: { givenName: 'Amal' } });
    const { id } = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
    const base = await app.listen({ port: 0, host: '127.0.0.1' });
    for (const scripts of [true, false]) {
      const { page, look } = await signedInBrowser(t, base, as.officer, { scripts });
      await page.goto(`/patients/${id}/change`);
      await page.getByLabel('Known as (optional)').fill('Kay');
      clock.set(scripts ? '2026-11-23T09:31:00Z' : '2026-11-23T09:33:00Z');
      const url = `/api/v1/patients/${id}`;
      const { etag } = (await app.inject({ url, headers: as.manager })).headers;
      const address = scripts ? '1 Elm Street\nLondon' : '2 Elm Street\nLondon';
      const changed = await app.inject({
        method: 'PATCH',
        url,
        headers: { ...as.manager, 'if-match': String(etag) },
        payload: { address },
      });
      t.equal(changed.statusCode, 200);
      clock.set(scripts ? '2026-11-23T09:32:00Z' : '2026-11-23T09:34:00Z');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Someone else saved this while you wrote').waitFor();
      await page.getByRole('link', { name: `Address says “${address.replace('\n', ' ')}” by now` }).waitFor();
      t.equal(await page.getByLabel('Known as (optional)').inputValue(), 'Kay', 'what they typed is kept');
      await look('told of the other’s change');
      await page.getByLabel('Address (optional)').fill(address);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Their details are changed.').waitFor();
      const { body } = await app.inject({ url, headers: as.officer });
      t.match(JSON.parse(body), { preferredName: 'Kay', address });
      await app.inject({
        method: 'PATCH',
        url,
        headers: {
          ...as.manager,
          'if-match': String((await app.inject({ url, headers: as.manager })).headers.etag),
        },
        payload: { preferredName: null },
      });
    }
  },
);

t.test('settings: each form keeps what was seen until the other change was shown', async (t) => {
  const { app, as, db, clock } = await testApp(t);
  const pages = forms(app, as.administrator);
  const clinic = await db.selectFrom('organisation').select('id').executeTakeFirstOrThrow();
  const url = `/settings/clinics/${clinic.id}`;
  const first = versionIn((await pages.get(url)).body);
  clock.set('2026-11-23T09:40:00Z');
  const fieldsOf = (name: string, version: string) => ({ name, roles: 'clinic', version });
  t.equal((await pages.post(url, fieldsOf('Elm Road Clinic', first))).statusCode, 303);
  const blank = await pages.post(url, fieldsOf('', first));
  t.equal(blank.statusCode, 422);
  t.equal(versionIn(blank.body), first, 'a fault of the form does not hide that someone else saved');
  clock.set('2026-11-23T09:41:00Z');
  const late = await pages.post(url, fieldsOf('Elm Lane Clinic', versionIn(blank.body)));
  t.equal(late.statusCode, 412);
  t.match(late.body, 'Name says “Elm Road Clinic” by now');
  t.match(late.body, 'value="Elm Lane Clinic"');
  t.equal((await pages.post(url, fieldsOf('Elm Lane Clinic', versionIn(late.body)))).statusCode, 303);
});

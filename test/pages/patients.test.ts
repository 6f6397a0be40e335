import t from 'tap';
import { addFollowUp } from '../../src/support/follow-up.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, db } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);

const patientOf = async (referral: { id: string }) =>
  (
    await db
      .selectFrom('referral')
      .select('patient_id')
      .where('id', '=', referral.id)
      .executeTakeFirstOrThrow()
  ).patient_id;

t.test(
  'the list and the search: beginnings of names in any case, whole numbers, nothing in an address',
  async (t) => {
    t.match((await get('/patients')).body, /There are no patients yet/);
    const people = [
      { givenName: 'Niamh', familyName: 'O’Brien', nhsNumber: '999 000 0018', contactPoints: [] },
      {
        givenName: 'Åsa',
        familyName: 'Brienne',
        preferredName: 'Percy',
        contactPoints: [{ channel: 'phone' as const, value: '07700 900456', safe: true }],
      },
      { givenName: '100% Real', familyName: 'Under_score', contactPoints: [] },
    ];
    for (const person of people) await make.referral({ person });
    const cases: [string, string[]][] = [
      ['o’br', ['O’Brien']],
      ['BRI', ['Brienne', 'O’Brien']],
      ['åS', ['Brienne']],
      ['per', ['Brienne']],
      ['brienne ås', ['Brienne']],
      ['niamh o', ['O’Brien']],
      ['9990000018', ['O’Brien']],
      ['999 000 0018', ['O’Brien']],
      ['+44 7700 900456', ['Brienne']],
      ['07700900456', ['Brienne']],
      ['999 000 0026', []],
      ['07700 900457', []],
      ['%', []],
      ['100%', ['Under_score']],
      ['under_', ['Under_score']],
      ['u_der', []],
      ['brien', ['Brienne', 'O’Brien']],
      ['rienne', []],
      ['nobody', []],
    ];
    for (const [search, wanted] of cases) {
      const { body } = await post('/patients', { search });
      t.same(
        [...body.matchAll(/<a href="\/patients\/[0-9a-f-]+">([^<]+)</g)].map(([, name]) =>
          name!.split(' ').at(-1),
        ),
        wanted,
        search,
      );
      if (!wanted.length) t.match(body, /Nobody here has that name or number/);
    }
    t.match((await post('/patients', { search: '<b>' })).body, /value="&lt;b&gt;"/);
    const empty = await post('/patients', { search: ' ' });
    t.equal(empty.statusCode, 422);
    t.match(empty.body, /Enter a name, an NHS number or a phone number/);
    t.match(
      await get('/patients?search=niamh'),
      { statusCode: 303, headers: { location: '/patients' } },
      'a search never goes by an address',
    );
    t.match((await get('/patients?limit=1')).body, /rel="next"/);
    for (const role of ['supporter', 'administrator'] as const)
      t.equal((await forms(app, as[role]).get('/patients')).statusCode, 403, role);
  },
);

t.test('one patient: what matters for contact on top, everything else, and who has looked', async (t) => {
  const referral = await make.waitingReferral({
    person: {
      givenName: 'Maximiliana',
      familyName: 'Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren',
      nhsNumber: '999 000 0026',
      language: 'bn',
      communicationNeeds: ['easy_read', 'bsl'],
      contactChoice: 'patient_contacts_us',
      address: '1 High Street\nLondon',
      trustedPerson: { name: 'Bo', relationship: 'sister', mayBeContacted: false },
      contactPoints: [
        { channel: 'sms', value: '07700 900123', safe: true },
        { channel: 'email', value: 'old@example.org', safe: true },
        { channel: 'letter', value: '1 High Street\nNW1 1AA', safe: false },
        { channel: 'phone', value: '07700 900124', safe: true, voicemailOk: true },
      ],
    },
  });
  const id = await patientOf(referral);
  const loan = await make.loan({ referralId: referral.id });
  await addFollowUp(deps, officer, {
    patientId: id,
    dueOn: '2026-11-26',
    way: 'in_person',
    step: 'Set-up call',
  });
  await db
    .updateTable('contact_point')
    .set({ stopped_at: '2026-11-23T09:00:00Z' })
    .where('value', '=', 'old@example.org')
    .execute();
  const page = (await get(`/patients/${id}`)).body;
  t.ok(page.indexOf('Easy read') < page.indexOf('History'));
  for (const wanted of [
    /British Sign Language/,
    /Speaks Bangla/,
    /Only they make contact/,
    /Safe<\/strong>/,
    /Not safe/,
    /Stopped/,
    /A voicemail is fine/,
    /Bo, sister, not to be contacted/,
    /999\u00a0000\u00a00026/,
    /Set-up call/,
    /No message was planned/,
  ])
    t.match(page, wanted);
  t.match(page, `href="/loans/${loan.id}"`);
  t.match(page, `href="/referrals/${referral.id}"`);
  t.match(page, /Test officer, 23 November 2026, 9:30am/, 'this look is among those shown');
  t.equal((await db.selectFrom('access_log').selectAll().where('patient_id', '=', id).execute()).length, 1);
  t.equal((await get('/patients/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e')).statusCode, 404);

  const states = [
    [{ contact_state: 'paused', paused_until: '2026-12-24' }, /Contact is paused until 24 December 2026/],
    [{ contact_state: 'withdrawn', paused_until: null }, /This person asked for no more contact/],
    [{ contact_state: 'deceased', paused_until: null }, /This person has died/],
  ] as const;
  for (const [state, wanted] of states) {
    await db.updateTable('patient').set(state).where('id', '=', id).execute();
    t.match((await get(`/patients/${id}`)).body, wanted);
  }

  const { page: browser, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  for (const url of ['/patients', `/patients/${id}`]) {
    await browser.goto(url);
    await look(url.replace(id, ':id'));
  }
  await browser.goto('/patients');
  await browser.getByLabel('Find a patient').fill('wolfe');
  await browser.keyboard.press('Enter');
  await browser.getByText('1 patient found').waitFor();
  t.notMatch(browser.url(), /wolfe/);
  await look('patients found');
  await browser.getByRole('link', { name: /Maximiliana/ }).click();
  await browser.waitForURL(`**/patients/${id}`);
  await browser.getByText(/The last \d+ looks/).click();
  await look('a patient, with who looked');
});

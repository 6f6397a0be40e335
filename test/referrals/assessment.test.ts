import { sql } from 'kysely';
import t from 'tap';
import type { Findings } from '../../src/referrals/assessment.rules.ts';
import { getReferral } from '../../src/referrals/referral.queries.ts';
import { barriers } from '../../src/referrals/referral.rules.ts';
import { rulesInUse } from '../../src/referrals/tree.queries.ts';
import {
  connections,
  deviceUses,
  type Offer,
  offers,
  spaces,
  suggest,
} from '../../src/referrals/tree.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { atOnce } from '../helpers/at-once.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps, clock, clinicId } = await testApp(t, { DATABASE_POOL: '30' });
const make = factories(deps);
const api = apiOf(app, as.officer);
t.beforeEach(() => clock.set('2026-11-23T09:30:00Z'));

const settled: Findings = {
  barriers: [],
  uses: ['own_smartphone'],
  internetAtHome: 'yes',
  privateSpace: 'yes',
  prefersNotDigital: false,
};
const assess = (id: string, changes: object = {}) =>
  api('POST', `/referrals/${id}/assessments`, { ...settled, ...changes });

t.test('what each finding suggests by the first version, and why', async (t) => {
  const { rules } = await rulesInUse(db);
  const suggested = (changes: Partial<Findings>) =>
    suggest(rules, { ...settled, ...changes }).map(({ offer }) => offer);
  const table: [Partial<Findings>, Offer[]][] = [
    [{}, []],
    [{ uses: ['nothing'] }, ['device']],
    [{ uses: ['shared_phone'] }, ['device']],
    [{ uses: ['computer'] }, []],
    [{ uses: ['own_phone_without_data'] }, ['data']],
    [{ internetAtHome: 'limited' }, ['data']],
    [{ privateSpace: 'sometimes' }, ['access_point']],
    [{ barriers: ['access_to_device'] }, ['device']],
    [{ barriers: ['access_to_data'] }, ['data']],
    [{ barriers: ['skills'] }, ['support']],
    [{ barriers: ['ease_of_use'] }, ['support']],
    [{ barriers: ['beliefs_and_trust'] }, ['support']],
    [{ barriers: ['health_and_symptoms'] }, ['support']],
    [{ barriers: ['housing'] }, ['access_point']],
    [{ barriers: ['money'] }, []],
    [
      { prefersNotDigital: true, uses: ['nothing'], internetAtHome: 'no', barriers: ['skills'] },
      ['non_digital'],
    ],
  ];
  for (const [found, offered] of table) t.same(suggested(found), offered, JSON.stringify(found));
  const seen = new Set<Offer>();
  for (const use of deviceUses)
    for (const internetAtHome of connections)
      for (const privateSpace of spaces)
        for (const barrier of barriers)
          for (const prefersNotDigital of [true, false]) {
            const found = suggest(rules, {
              uses: [use],
              internetAtHome,
              privateSpace,
              barriers: [barrier],
              prefersNotDigital,
            });
            for (const { offer, why } of found) if (why.endsWith('.')) seen.add(offer);
            if (prefersNotDigital)
              t.same(
                found.map(({ offer }) => offer),
                ['non_digital'],
              );
          }
  t.same([...seen].sort(), [...offers].sort(), 'every offer can be suggested, with its reason');
});

t.test('suggestions are taken up with accepting, in one step; the clinic sees nothing of it', async (t) => {
  const { id } = await make.referral({ clinicId, needs: ['data', 'support'] });
  const first = await assess(id, { uses: ['nothing'], wouldHelp: 'My sister’s tablet was nice' });
  t.match(first, {
    status: 201,
    body: { suggestions: [{ offer: 'device', why: /no smartphone/ }], takenUp: null },
  });
  clock.set('2026-11-23T09:31:00Z');
  const { body: newest } = await assess(id, { uses: ['nothing'], barriers: ['skills'] });
  const take = (assessmentId: string, chosen: string[], dropped?: object) =>
    api('POST', `/referrals/${id}/assessments/${assessmentId}/take-ups`, { offers: chosen, dropped });
  t.match(await take(first.body.id, ['device']), { status: 412, body: { detail: /assessed it meanwhile/ } });
  const reason = 'They say that the Wi-Fi of the hostel is enough.';
  t.match(await take(newest.id, ['device', 'support', 'access_point'], { data: reason }), {
    status: 201,
    body: { status: 'waiting', accepted: true },
  });
  t.match((await getReferral(db, officer.actor, id)).needs, [
    { need: 'device', status: 'open' },
    { need: 'data', status: 'dropped', reason },
    { need: 'support', status: 'open' },
  ]);
  const changes = await sql<{ values: object; event: string }>`
    select e."values", row_to_json(e)::text as event from event e join event_subject s on s.event_id = e.id
    where e.type = 'referral.need_changed' and s.subject_id = ${id}`.execute(db);
  t.match(
    changes.rows.map(({ values }) => values),
    [{ needs: ['data'], kind: 'drop' }],
    'what was left out is in the history',
  );
  t.notMatch(changes.rows.map(({ event }) => event).join(), /hostel/, 'rule 20');
  t.match(await take(newest.id, ['device']), { status: 409 });
  await t.rejects(sql`update referral_assessment set said = '{}'`.execute(db), /append-only/);
  await t.rejects(sql`update assessment_take_up set offers = '{}'`.execute(db), /append-only/);
  t.match(
    (await api('GET', `/referrals/${id}/assessments`)).body.items,
    [{ takenUp: ['device', 'support', 'access_point'] }, { said: { wouldHelp: /sister/ } }],
    'earlier ones stay',
  );
  const clinic = apiOf(app, as.clinic);
  t.equal((await clinic('GET', `/referrals/${id}/assessments`)).status, 403);
  t.equal((await clinic('POST', `/referrals/${id}/assessments`, settled)).status, 403);
  t.notMatch(
    JSON.stringify((await clinic('GET', `/referrals/${id}`)).body),
    /sister|suggest|found out|assess/i,
  );
  const { rows } = await sql<{
    event: string;
  }>`select row_to_json(e)::text as event from event e where type = 'referral.assessed'`.execute(db);
  t.notMatch(rows.map(({ event }) => event).join(), /sister/, 'rule 20');
});

t.test('who would rather not be digital: the choice is kept with its route', async (t) => {
  const { id } = await make.referral({ needs: ['device'] });
  t.match(await assess(id, { prefersNotDigital: true }), {
    status: 422,
    body: { errors: [{ pointer: '/nonDigitalRoute' }] },
  });
  t.match(await assess(id, { nonDigitalRoute: 'Calls' }), {
    status: 422,
    body: { errors: [{ pointer: '/nonDigitalRoute' }] },
  });
  const { body } = await assess(id, { prefersNotDigital: true, nonDigitalRoute: 'Calls on <b>Tuesdays</b>' });
  t.same(
    body.suggestions.map(({ offer }: { offer: string }) => offer),
    ['non_digital'],
  );
  t.match(
    await api('POST', `/referrals/${id}/assessments/${body.id}/take-ups`, { offers: ['non_digital'] }),
    { status: 201, body: { status: 'received', accepted: false } },
  );
  const { patient } = await getReferral(db, officer.actor, id);
  t.match((await api('GET', `/patients/${patient.id}`)).body, {
    nonDigitalRoute: 'Calls on <b>Tuesdays</b>',
  });
  t.match(
    (await forms(app, as.officer).get(`/patients/${patient.id}`)).body,
    /Chose not to be digital: Calls on &lt;b&gt;Tuesdays/,
  );
  clock.set('2026-11-23T09:31:00Z');
  await assess(id);
  t.match((await api('GET', `/patients/${patient.id}`)).body, { nonDigitalRoute: null }, 'the newest counts');
});

t.test('what was taken up stays, and the way without a screen is only ever their choice', async (t) => {
  const { id } = await make.referral({ needs: ['device'] });
  const { body: first } = await assess(id, { privateSpace: 'no', insteadOf: null });
  const take = (assessmentId: string, offers: string[]) =>
    api('POST', `/referrals/${id}/assessments/${assessmentId}/take-ups`, { offers });
  t.match(await take(first.id, ['non_digital']), {
    status: 422,
    body: { errors: [{ pointer: '/offers', message: /did not choose/ }] },
  });
  t.match(await take(first.id, ['access_point']), { status: 201, body: { accepted: false } });
  t.match(await take(first.id, ['device']), { status: 412, body: { detail: /took it up already/ } });
  t.match(await assess(id, { insteadOf: null }), { status: 412, body: { detail: /assessed it meanwhile/ } });
  clock.set('2026-11-23T09:31:00Z');
  const route = { prefersNotDigital: true, nonDigitalRoute: 'Calls on Tuesdays' };
  const { body: second } = await assess(id, { ...route, insteadOf: first.id });
  t.match(await take(second.id, ['non_digital', 'device']), {
    status: 422,
    body: { errors: [{ pointer: '/offers', message: /that alone/ }] },
  });
  t.match(await take(second.id, ['non_digital']), { status: 201 });
  t.match((await api('GET', `/referrals/${id}/assessments`)).body.items, [
    { takenUp: ['non_digital'] },
    { takenUp: ['access_point'], takenUpBy: /./ },
  ]);
  const audit = await forms(app, as.auditor).get(`/referrals/${id}/assessment`);
  t.equal(audit.statusCode, 200, 'auditors read');
  t.match(audit.body, /Calls on Tuesdays/);
  t.notMatch(audit.body, /Write it down/);
});

t.test('what was asked for is left out only with a reason of the officer’s own (rule 27)', async (t) => {
  const { id } = await make.referral({ needs: ['device', 'support'] });
  const { body } = await assess(id, { uses: ['nothing'], privateSpace: 'no' });
  const take = (offers: string[], dropped?: object) =>
    api('POST', `/referrals/${id}/assessments/${body.id}/take-ups`, { offers, dropped });
  const refused: [string[], object | undefined, string][] = [
    [['device'], undefined, '/dropped/support'],
    [['device'], {}, '/dropped/support'],
    [['device'], { support: '   ' }, '/dropped/support'],
    [['data'], { device: 'Has one by now' }, '/dropped/support'],
    [['device', 'support'], { support: 'Has a sister who helps' }, '/dropped/support'],
    [['device', 'support'], { data: 'Has Wi-Fi' }, '/dropped/data'],
    [['access_point'], { support: 'Has a sister who helps' }, '/dropped/support'],
  ];
  for (const [offers, dropped, pointer] of refused)
    t.match(
      await take(offers, dropped),
      { status: 422, body: { errors: [{ pointer }] } },
      `${offers} without ${JSON.stringify(dropped)}`,
    );
  t.match(
    (await getReferral(db, officer.actor, id)).needs,
    [{ status: 'open' }, { status: 'open' }],
    'nothing is written until it is right',
  );
  t.match(await take(['device', 'data'], { support: 'Has a sister who helps' }), { status: 201 });
  t.match((await getReferral(db, officer.actor, id)).needs, [
    { need: 'device', status: 'open', reason: null },
    { need: 'data', status: 'open', reason: null },
    { need: 'support', status: 'dropped', reason: 'Has a sister who helps' },
  ]);
});

t.test(
  'without a device, data or support nothing is decided, and nothing asked for is dropped',
  async (t) => {
    const { id } = await make.referral({ needs: ['device', 'support'] });
    const { body } = await assess(id, { privateSpace: 'no' });
    t.match(
      await api('POST', `/referrals/${id}/assessments/${body.id}/take-ups`, { offers: ['access_point'] }),
      {
        status: 201,
        body: { accepted: false },
      },
    );
    t.match((await getReferral(db, officer.actor, id)).needs, [{ status: 'open' }, { status: 'open' }]);
  },
);

t.test('the page ticks what the clinic asked for, whatever the answers suggest', async (t) => {
  const { get, post } = forms(app, as.officer);
  const ticked = (body: string, offer: string) =>
    new RegExp(
      `name="offers"[^>]*value="${offer}"[^>]*checked|name="offers"[^>]*checked[^>]*value="${offer}"`,
    ).test(body);
  const { id } = await make.referral({ needs: ['device', 'support'] });
  const page = `/referrals/${id}/assessment`;
  t.notMatch(
    (await get(page)).body,
    /type="radio"[^>]*checked/,
    'no answer is given for them before they are asked',
  );
  for (const changes of [
    {},
    { uses: ['own_phone_without_data'], privateSpace: 'no' },
    { prefersNotDigital: true, nonDigitalRoute: 'Calls' },
  ]) {
    const { body: assessed } = await assess(id, changes);
    const { body } = await get(page);
    t.ok(ticked(body, 'device') && ticked(body, 'support'), `asked for: ${JSON.stringify(changes)}`);
    t.equal(body.match(/The clinic asked for this/g)?.length, 2);
    t.match(body, /Not suggested, because/);
    for (const { offer } of assessed.suggestions) t.ok(ticked(body, offer), `${offer} is suggested`);
    t.match(body, /Accept with what is ticked/);
  }
  const { body: newest } = await assess(id);
  const refused = await post(`${page}/take-up`, {
    assessmentId: newest.id,
    offers: ['device'],
    'dropped.support': '',
  });
  t.equal(refused.statusCode, 422);
  t.match(refused.body, /href="#take-up-dropped-support"/);
  t.match(refused.body, /id="take-up-dropped-support"/);
  t.ok(ticked(refused.body, 'device') && !ticked(refused.body, 'support'), 'what was chosen stays');
  const sent = await post(`${page}/take-up`, {
    assessmentId: newest.id,
    offers: ['device'],
    'dropped.support': 'Does not want calls, they said.',
    'dropped.device': 'Typed before it was ticked again',
  });
  t.equal(sent.statusCode, 303);
  t.match((await getReferral(db, officer.actor, id)).needs, [
    { need: 'device', status: 'open', reason: null },
    { need: 'support', status: 'dropped', reason: 'Does not want calls, they said.' },
  ]);
});

t.test('two officers who go through it at once: the second is told', async (t) => {
  const { id } = await make.referral({ needs: ['device'] });
  const outcomes = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    () => assess(id, { insteadOf: null }),
    () => assess(id, { insteadOf: null }),
  ]);
  t.same(outcomes.map((one) => one.status === 'fulfilled' && one.value.status).sort(), [201, 412]);
});

t.test('two officers take up at once: one decides', async (t) => {
  const { id } = await make.referral({ needs: ['device'] });
  const { body } = await assess(id, { uses: ['nothing'] });
  const take = (chosen: string[]) => () =>
    api('POST', `/referrals/${id}/assessments/${body.id}/take-ups`, { offers: chosen });
  const outcomes = await atOnce(db, sql`select from referral where id = ${id} for update`, [
    take(['device']),
    take(['device', 'support']),
  ]);
  t.same(outcomes.map((one) => one.status === 'fulfilled' && one.value.status).sort(), [201, 409]);
});

for (const scripts of [true, false]) {
  t.test(`an officer goes through it with the person; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { id } = await make.referral({ needs: ['data'], barriers: ['skills'] });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 }).catch(() => app.listeningOrigin);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await page.goto(`/referrals/${id}`);
    await page.getByRole('link', { name: 'Find out what would help' }).click();
    t.ok(
      await page.getByLabel('Not sure how to use one').isChecked(),
      'what the clinic wrote is there to start with',
    );
    await look('an assessment, empty');
    await page.getByLabel('What would help, in their words').fill('Someone who is patient');
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByRole('link', { name: 'Choose what they use today, or nothing' }).waitFor();
    t.equal(await page.getByLabel('What would help, in their words').inputValue(), 'Someone who is patient');
    await look('an assessment, refused');
    await page.getByLabel('A phone that they share').check();
    await page
      .getByRole('group', { name: 'Is there internet at home' })
      .getByLabel('No', { exact: true })
      .check();
    await page.getByRole('group', { name: 'Do they have a private space' }).getByLabel('Sometimes').check();
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByRole('link', { name: 'Choose whether they want to be digital at all' }).waitFor();
    await page.getByRole('group', { name: 'Would they rather not be digital' }).getByLabel('No').check();
    await page.getByRole('button', { name: 'Write it down' }).click();
    await page.getByText('See below what it suggests').waitFor();
    await look('an assessment with suggestions');
    if (process.env.SHOTS)
      await page.screenshot({ path: `${process.env.SHOTS}/assessment.png`, fullPage: true });
    await page.getByLabel('A place to go, such as a library or drop-in').uncheck();
    const accept = (name: string) => page.getByRole('button', { name, exact: true });
    const why = page.getByLabel('If you leave out mobile data: why?');
    await page.getByLabel('Mobile data', { exact: true }).uncheck();
    if (scripts) {
      await accept('Accept with device and support').waitFor();
      await page.getByLabel('A device').uncheck();
      await accept('Accept with support').waitFor();
      await page.getByLabel('Support calls').uncheck();
      await accept('Take up what is ticked, without accepting').waitFor();
      await page.getByLabel('A device').check();
      await page.getByLabel('Support calls').check();
    } else t.ok(await accept('Accept with what is ticked').isVisible(), 'true without script');
    await page.getByRole('button', { name: 'Accept with' }).click();
    await page.getByRole('link', { name: 'Say why: data was asked for' }).click();
    await why.fill('There is Wi-Fi by now');
    await look('an assessment, left out without a reason');
    await page.getByLabel('Mobile data', { exact: true }).check();
    t.notOk(await why.isVisible(), 'what is taken up wants no reason');
    await page
      .getByRole('button', {
        name: scripts ? 'Accept with device, data and support' : 'Accept with what is ticked',
      })
      .click();
    await page.getByText('The referral is accepted and on the waiting list.').waitFor();
    await page.getByRole('link', { name: 'What would help: look again' }).click();
    await page.getByText(/Taken up by .+: A device, mobile data, support calls\./).waitFor();
    await look('an assessment that was taken up');
    t.match((await getReferral(db, officer.actor, id)).needs, [
      { need: 'device', status: 'open' },
      { need: 'data', status: 'open' },
      { need: 'support', status: 'open' },
    ]);
  });
}

import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

t.setTimeout(400_000);

const { app, as, deps, db, clock } = await testApp(t);
const make = factories(deps);
const officer = forms(app, as.officer);
const followUps = async () => (await db.selectFrom('follow_up').select('id').execute()).length;

for (const scripts of [true, false]) {
  t.test(`an administrator writes plans; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    t.setTimeout(400_000);
    const { app, as, deps, db } = await testApp(t);
    await factories(deps).loan();
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, look } = await signedInBrowser(t, baseURL, as.administrator, { scripts });
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Support plans' }).click();
    await page.getByText('1 person has this plan.').waitFor();
    await look('support plans');
    await page.getByRole('button', { name: 'Add a plan' }).click();
    await page.getByRole('button', { name: 'Add the plan' }).click();
    await page.getByRole('link', { name: 'Enter what the plan is called' }).waitFor();
    await page.getByRole('link', { name: 'Fill in at least one step' }).waitFor();
    await look('a plan to add, refused');
    const name = 'Support for people who have never used a tablet before and want to go slowly';
    await page.getByLabel('What the plan is called').fill(name);
    const step = (place: number) => page.getByRole('group', { name: `Step ${place}`, exact: true });
    await step(1).getByLabel('What it is called').fill('Hello');
    await step(1).getByLabel('Days', { exact: true }).fill('soon');
    await page.getByRole('button', { name: 'Add the plan' }).click();
    await page.getByRole('link', { name: 'Choose how' }).waitFor();
    t.equal(await step(1).getByLabel('Days', { exact: true }).inputValue(), 'soon', 'what was typed stays');
    await step(1).getByLabel('Days', { exact: true }).fill('3');
    await step(1).getByLabel('How', { exact: true }).selectOption('phone call');
    await step(1).getByLabel('Minutes').fill('30');
    await page.getByRole('button', { name: 'Add the plan' }).click({ clickCount: scripts ? 2 : 1 });
    await page.getByText('is added.').waitFor();
    await page
      .getByText(
        'Hello: 3 days after the start, at 10am (phone call, 30 minutes, reminder 1 working day before)',
      )
      .waitFor();
    await look('a plan');

    await page.getByRole('button', { name: 'Change the plan' }).click();
    await step(2).getByLabel('What it is called').fill('Coming back');
    await step(2).getByLabel('Days', { exact: true }).fill('14');
    await step(2).getByLabel('Counted').selectOption('before it is due back');
    await step(2).getByLabel('How', { exact: true }).selectOption('in person');
    await step(2).getByLabel('Minutes').fill('15');
    await page.getByLabel('Begin it when a referral is accepted for support alone').check();
    await look('a plan to change');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    await page.getByText('Version 2 begins from now on').waitFor();
    await page.getByText('Version 1, written on 23 November 2026 by Test administrator').click();
    await page.getByText('make another plan the default first').waitFor();
    await look('a plan with an earlier version');
    await page.getByRole('button', { name: 'Change the plan' }).click();
    await step(1).getByLabel('What it is called').fill('');
    await step(1).getByLabel('Days', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Save the plan' }).click();
    await page.getByRole('link', { name: 'At least one step has to be counted from the start' }).waitFor();
    t.equal((await db.selectFrom('support_plan_version').select('id').execute()).length, 3);
  });

  t.test(
    `an officer changes a person’s plan, and ends support; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      t.setTimeout(400_000);
      const { app, as, deps, db } = await testApp(t);
      await factories(deps).loan();
      const { id } = await db.selectFrom('patient').select('id').executeTakeFirstOrThrow();
      const admin = { headers: as.administrator };
      await app.inject({
        method: 'POST',
        url: '/api/v1/support-plans',
        ...admin,
        payload: { name: 'Light touch', steps: [{ step: 'Hello', days: 5, way: 'video', minutes: 20 }] },
      });
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const { page, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
      await page.goto(`/patients/${id}`);
      await page.getByRole('link', { name: 'Support plan' }).click();
      await page.getByRole('heading', { name: 'Getting started, version 1' }).waitFor();
      await look('a person’s plan');
      await page.getByText('Give another plan, or its newer version').click();
      await page.getByRole('button', { name: 'Give this plan instead' }).click();
      await page.getByRole('link', { name: 'Choose a plan' }).waitFor();
      await look('a person’s plan, change refused');
      await page.getByLabel('Light touch, version 1').check();
      await page.getByRole('button', { name: 'Give this plan instead' }).click();
      await page.getByText('The plan is given. Follow-ups planned: 1.').waitFor();
      await page.getByRole('heading', { name: 'Light touch, version 1' }).waitFor();
      await page.getByRole('button', { name: 'End support' }).click();
      await page.getByRole('link', { name: 'Write what the person said' }).waitFor();
      await page.getByLabel('What they said').fill('Wants no calls');
      await page.getByRole('button', { name: 'End support' }).click({ clickCount: scripts ? 2 : 1 });
      await page.getByText('Support has ended as they wished. Follow-ups cancelled: 1.').waitFor();
      await page.getByText('They have no support plan now.').waitFor();
      await page.getByText('They wished it: Wants no calls').waitFor();
      await look('a person without a plan');
      await page.getByLabel('Getting started, version 1').check();
      await page.getByRole('button', { name: 'Begin the plan' }).click();
      await page.getByText('The plan is given. Follow-ups planned: 4.').waitFor();
      await db.updateTable('patient').set({ contact_state: 'withdrawn' }).execute();
      await page.reload();
      await page.getByText('not to be contacted any more').waitFor();
      t.equal(await page.getByRole('button', { name: 'Begin the plan' }).count(), 0);
    },
  );
}

t.test(
  'two write the same plan: the second is told step by step, keeps theirs, and may save it',
  async (t) => {
    const administrator = forms(app, as.administrator);
    const api = { headers: as.administrator, url: '/api/v1/support-plans' };
    const step = { step: 'Hello', days: 5, way: 'video', minutes: 20 };
    const payload = { name: 'Light touch', steps: [step] };
    const { id } = (await app.inject({ ...api, method: 'POST', payload })).json();
    const plan = `/settings/support-plans/${id}`;
    const first: Record<string, string> = {
      name: 'Light touch',
      'steps.0.step': 'Hello',
      'steps.0.days': '7',
      'steps.0.way': 'phone',
      'steps.0.minutes': '20',
      'steps.1.step': 'Coming back',
      'steps.1.countedFrom': 'due',
      'steps.1.days': '14',
      'steps.1.way': 'phone',
      'steps.1.minutes': '15',
    };
    clock.set('2026-11-23T09:31:00Z');
    await savedByTwo(t, administrator, {
      page: `${plan}/change`,
      first,
      second: {
        name: 'Lightest touch',
        'steps.0.step': 'Hello',
        'steps.0.days': '5',
        'steps.0.way': 'phone',
        'steps.0.minutes': '20',
        'steps.0.startsAt': '10:00',
        'steps.0.leadDays': '1',
      },
      shows: [
        'Name says “Light touch” by now',
        'Step 1, days says “7” by now',
        'Step 2, step says “Coming back” by now',
        'href="#steps-1-step"',
        'value="Lightest touch"',
        /^((?!Step 1, way).)*$/s,
      ],
    });
    clock.set('2026-11-23T09:32:00Z');
    await savedByTwo(t, administrator, {
      page: plan,
      form: `${plan}/change`,
      first,
      second: { retire: 'yes' },
      shows: ['Someone else saved this meanwhile', 'Coming back: 14 days before', 'Stop offering it'],
    });
  },
);

t.test(
  'support that was dropped, or never asked for, brings no calls unless the officer plans them',
  async (t) => {
    const issue = async (id: string, fields: Record<string, string>) =>
      officer.post(`/referrals/${id}/issue`, {
        kit: (await make.readyDevices(1))[0]!.assetTag,
        contactConfirmed: 'yes',
        kitId: '',
        ...fields,
      });
    const dropped = await make.waitingReferral();
    const drop = { change: 'support:drop', reason: 'Has a daughter who helps.' };
    t.equal((await officer.post(`/referrals/${dropped.id}/needs`, drop)).statusCode, 303);
    const never = await make.waitingReferral({ needs: ['device'] });
    for (const [id, says] of [
      [dropped.id, /Support was dropped: no calls are planned\. Has a daughter who helps\./],
      [never.id, /Support was not asked for: no calls are planned\./],
    ] as const) {
      const { body } = await issue(id, { do: 'next' });
      t.match(body, says);
      t.match(body, /<option value="" selected>None|<option value="">None/);
      t.notMatch(body, /Usual here|The usual one|planned already/);
    }
    const two = await issue(dropped.id, { do: 'next' });
    const [terms] = await db
      .selectFrom('loan_terms')
      .select('id')
      .where('borrower', '=', 'patient')
      .execute();
    const chosen = {
      do: 'issue',
      termsId: terms!.id,
      until: 'terms',
      'handover.way': 'in_person',
      'handover.on-day': '23',
      'handover.on-month': '11',
      'handover.on-year': '2026',
      'agreement.version': /name="agreement.version" value="(\d+)"/.exec(two.body)![1]!,
      'agreement.acceptedBy': 'verbal',
    };
    t.equal((await issue(dropped.id, { ...chosen, supportPlan: '' })).statusCode, 303);
    t.equal(await followUps(), 0, 'none by default');
    const plan = '01900000-0000-7000-8000-000000000001';
    t.equal((await issue(never.id, { ...chosen, supportPlan: plan })).statusCode, 303);
    t.equal(await followUps(), 4, 'planned anyway');
    t.match((await issue(never.id, { do: 'next' })).body, /planned already/);
  },
);

t.test('kits and terms name their plan on their pages, and page two of an issue offers it', async (t) => {
  const { get, post } = forms(app, as.manager);
  const [kit] = await db.selectFrom('kit').select('id').execute();
  const plan = '01900000-0000-7000-8000-000000000001';
  const [terms] = await db.selectFrom('loan_terms').select('id').where('borrower', '=', 'patient').execute();
  for (const url of [`/settings/kits/${kit!.id}`, `/settings/terms/${terms!.id}`]) {
    const body = (await get(url)).body;
    t.match(body, new RegExp(`<option value="${plan}">Getting started`), url);
  }
  const version = versionIn((await get(`/settings/terms/${terms!.id}`)).body);
  const saved = await post(`/settings/terms/${terms!.id}`, {
    version,
    name: 'Patient loan',
    weeks: '26',
    extensionsAllowed: '2',
    extensionWeeks: '13',
    isDefault: 'yes',
    supportPlanId: plan,
  });
  t.equal(saved.statusCode, 303);
  t.match(await db.selectFrom('loan_terms').select('support_plan_id').where('id', '=', terms!.id).execute(), [
    { support_plan_id: plan },
  ]);
  const referral = await make.waitingReferral();
  const [tablet] = await make.readyDevices(1);
  const issue = (fields: Record<string, string>) =>
    officer.post(`/referrals/${referral.id}/issue`, {
      kit: tablet!.assetTag,
      contactConfirmed: 'yes',
      kitId: '',
      ...fields,
    });
  const two = await issue({ do: 'next' });
  t.match(two.body, /Usual here: Getting started/);
  const version2 = /name="agreement.version" value="(\d+)"/.exec(two.body)![1]!;
  const before = await followUps();
  const issued = await issue({
    do: 'issue',
    termsId: terms!.id,
    until: 'terms',
    supportPlan: 'none',
    'handover.way': 'in_person',
    'handover.on-day': '23',
    'handover.on-month': '11',
    'handover.on-year': '2026',
    'agreement.version': version2,
    'agreement.acceptedBy': 'verbal',
  });
  t.equal(issued.statusCode, 303, issued.body.slice(0, 3000));
  t.equal(await followUps(), before, 'none was wanted');
});

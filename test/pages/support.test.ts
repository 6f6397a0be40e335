import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, savedByTwo, signedInBrowser, versionIn } from '../helpers/pages.ts';

t.setTimeout(400_000);

for (const scripts of [true, false]) {
  t.test(`support and messages, the officer’s part; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    t.setTimeout(400_000);
    const { app, as, ids, deps, db, clock } = await testApp(t);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, step, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    await step('there is nothing to do and nothing was sent', async () => {
      await page.goto('/support');
      await page.getByText('There are no follow-ups like this.').waitFor();
      await look('support diary, empty');
      await page.goto('/messages');
      await page.getByText('There are no messages yet.').waitFor();
      await look('messages, none');
      await page.goto('/tasks');
      await page.getByText('There is nothing to do here.').waitFor();
      await look('tasks, none');
    });

    await step('the diary is filtered down to a follow-up', async () => {
      await factories(deps).loan({ handover: { way: 'in_person', on: '2026-11-22' } });
      await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', startsAt: '15:30', safe: false });
      await runNightly(deps);
      await page.goto('/support');
      await page.getByRole('heading', { name: 'Tuesday 24 November 2026' }).waitFor();
      await look('support diary');
      await page.getByLabel('Supporter').selectOption('Nobody’s');
      await page.locator('.app-filters__more > summary').click();
      await page.getByLabel('To', { exact: true }).fill('2026-11-24');
      await page.getByRole('button', { name: 'Filter' }).click();
      await page.getByText('2 follow-ups', { exact: true }).waitFor();
      await page
        .getByRole('listitem')
        .filter({ hasText: 'Set-up call' })
        .getByRole('link', { name: /^Amal/ })
        .click();
      await page.getByRole('heading', { name: 'For this contact' }).waitFor();
      await look('a follow-up');
    });

    await step('the follow-up gets a supporter, another time, and is confirmed', async (t) => {
      await page.getByLabel('Who does it').selectOption('Test supporter');
      await page
        .getByRole('group')
        .filter({ has: page.getByLabel('Who does it') })
        .getByRole('button', { name: 'Save' })
        .click();
      await page.getByRole('alert').getByText('Saved.').or(page.getByText('Saved.')).first().waitFor();
      await page.getByText('Move it').click();
      await page.getByLabel('Why it changes').selectOption('as you asked');
      await page.getByLabel('Time', { exact: true }).fill('late');
      await page
        .getByRole('group')
        .filter({ has: page.getByLabel('Time', { exact: true }) })
        .getByRole('button', { name: 'Save' })
        .click();
      await page.getByRole('link', { name: 'Give a time as HH:MM, such as 14:30' }).waitFor();
      t.equal(await page.getByLabel('Time', { exact: true }).inputValue(), 'late', 'what was typed stays');
      await look('a follow-up, move refused');
      await page.getByLabel('Time', { exact: true }).fill('11:15');
      await page
        .getByRole('group')
        .filter({ has: page.getByLabel('Time', { exact: true }) })
        .getByRole('button', { name: 'Save' })
        .last()
        .click();
      await page.getByText('Tuesday 24 November 2026, 11:15am, 30 minutes').waitFor();
      await page.getByRole('button', { name: 'Confirm' }).click({ clickCount: scripts ? 2 : 1 });
      await page.getByText('The follow-up is confirmed.').waitFor();
    });

    await step('a held message goes out once there is a safe way', async () => {
      await page.goto('/messages');
      await look('messages');
      await page.goto('/messages?status=held');
      await page.getByRole('link', { name: /Amal Example/ }).click();
      await page.getByText('There is no contact point that is safe and can be used.').waitFor();
      await look('a held message');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText(/Record one first/).waitFor();
      await look('a held message, not tried again');
      await db.updateTable('contact_point').set({ safe: true, safe_from: '2026-11-23' }).execute();
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('The message goes out within a minute.').waitFor();
      await dispatch(deps);
      await page.reload();
      await page.getByRole('heading', { name: 'What went out' }).waitFor();
      await page.getByText('Hello. A reminder for Tuesday 24 November at 3:30pm.').waitFor();
      await look('a sent message');
    });

    await step('a task is closed by hand, with why', async () => {
      await page.goto('/tasks');
      await page.getByRole('link', { name: /^Find a safe way to reach this person/ }).waitFor();
      await look('tasks');
      await page.getByRole('link', { name: /^Close by hand/ }).click();
      await page.getByLabel('Why it is closed by hand').fill('They rang, and gave another number');
      await page.getByRole('button', { name: 'Mark as done' }).click();
      await page.getByText('Done: Find a safe way to reach this person.').waitFor();
      await page.goto('/tasks?status=done');
      await page.getByRole('link', { name: 'Take out the filter Status: Done' }).waitFor();
      await look('tasks that are done');
    });

    await step('a follow-up is added, refused without its date, and once by a double click', async (t) => {
      const patient = await db
        .selectFrom('follow_up')
        .select('patient_id')
        .where('supporter_id', '=', ids.supporter)
        .executeTakeFirstOrThrow();
      await page.goto(`/follow-ups/new?patientId=${patient.patient_id}`);
      await page.getByRole('button', { name: 'Add follow-up' }).click();
      await page.getByRole('link', { name: 'Enter the date' }).waitFor();
      await look('a follow-up to add, refused');
      for (const [part, value] of [
        ['Day', '3'],
        ['Month', '12'],
        ['Year', '2026'],
      ] as const)
        await page.getByLabel(part).fill(value);
      await page.getByLabel('Video call').check();
      await page.getByLabel('What it is for (optional)').fill('Her sister abroad');
      await page.getByRole('button', { name: 'Add follow-up' }).click({ clickCount: scripts ? 2 : 1 });
      await page.getByText('The follow-up is planned.').waitFor();
      await page.getByRole('heading', { name: /Her sister abroad/ }).waitFor();
      t.equal(
        (await db.selectFrom('follow_up').select('id').where('step', '=', 'Her sister abroad').execute())
          .length,
        1,
        'a double click adds one',
      );
      clock.set('2026-11-23T09:31:00Z');
    });
  });
}

t.test('two change the same follow-up: the second is told, keeps theirs, and may save it', async (t) => {
  const { app, as, ids, db, clock } = await testApp(t);
  const [seeded] = await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', startsAt: '15:30' });
  const officer = forms(app, as.officer);
  const page = `/follow-ups/${seeded!.followUpId}`;
  const form = `${page}/changes`;
  const move = (day: string, startsAt: string) => ({
    form: 'move',
    'dueOn-day': day,
    'dueOn-month': '11',
    'dueOn-year': '2026',
    startsAt,
    minutes: '30',
    way: 'phone',
    why: 'not_said',
  });
  clock.set('2026-11-23T09:31:00Z');
  await savedByTwo(t, officer, {
    page,
    form,
    first: move('25', '11:00'),
    second: move('26', '11:00'),
    shows: [
      'href="#move-dueOn"',
      'Due on says “25 November 2026” by now',
      /name="dueOn-day"[^>]*value="26"/,
      /^((?!Starts at says|Form ).)*$/s,
    ],
  });
  clock.set('2026-11-23T09:32:00Z');
  await savedByTwo(t, officer, {
    page,
    form,
    first: { form: 'assign', supporterId: ids.supporter! },
    second: { form: 'assign', supporterId: 'none' },
    shows: ['href="#assign-supporterId"', 'Supporter is another choice by now'],
  });
  clock.set('2026-11-23T09:33:00Z');
  await savedByTwo(t, officer, {
    page,
    form,
    first: move('27', '11:00'),
    second: { form: 'confirm', status: 'confirmed' },
    shows: ['Someone else saved this meanwhile', 'Friday 27 November 2026, 11am'],
  });
  const version = versionIn((await officer.get(page)).body);
  clock.set('2026-11-23T09:34:00Z');
  t.equal((await officer.post(`${page}/outcomes`, { result: 'cancelled' })).statusCode, 422);
  t.equal((await officer.post(`${page}/outcomes`, { result: 'cancelled', why: 'not_said' })).statusCode, 303);
  const late = await officer.post(form, { ...move('30', '11:00'), version });
  t.equal(late.statusCode, 409);
  t.match(late.body, 'The follow-up is cancelled. Add a new one instead');
});

t.test('a supporter records an outcome in a minute, and sees nothing else', async (t) => {
  const { app, as, ids, deps, db, clock } = await testApp(t);
  await factories(deps).loan({ handover: { way: 'in_person', on: '2026-11-21' } });
  await db
    .updateTable('follow_up')
    .set({ supporter_id: ids.supporter })
    .where('step', '=', 'Set-up call')
    .execute();
  clock.set('2026-11-23T09:40:00Z');
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.supporter);
  await page.goto('/support');
  t.same(
    await page
      .getByRole('navigation', { name: 'Menu' })
      .getByRole('link')
      .allInnerTexts()
      .then((texts) => texts.map((text) => text.trim()).filter(Boolean)),
    ['Support'],
  );
  await page.getByRole('heading', { name: 'Today, Monday 23 November 2026' }).waitFor();
  await look('a supporter’s diary');
  await page.setViewportSize({ width: 360, height: 640 });
  const { y } = (await page.getByRole('link', { name: 'Amal Example', exact: true }).boundingBox())!;
  t.ok(y < 640, 'who is next is seen without scrolling, on a phone');
  await page.getByText('Other days').click();
  await page.getByLabel('Status').selectOption('Done');
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('link', { name: /Take out the filter Status/ }).click();
  await page.getByRole('link', { name: 'Amal Example', exact: true }).click();
  await look('a supporter’s follow-up');
  t.equal(await page.getByLabel('Who does it').count(), 0);
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByRole('link', { name: 'Choose what came of it' }).waitFor();
  await look('an outcome, refused');
  await page.getByLabel('Yes', { exact: true }).check();
  await page.getByLabel('Getting started').check();
  await page.getByLabel('2', { exact: true }).check();
  await page.getByLabel('Data ran out').check();
  await page.getByLabel('Note (optional)').fill('Wants to try video calls');
  await page.getByLabel('Yes, the office is to speak to their clinic today').check();
  await page.getByRole('button', { name: 'Record', exact: true }).dblclick();
  await page.getByText('An urgent task tells the office of the concern.').waitFor();
  await page.getByRole('link', { name: 'See the follow-up' }).click();
  await page.getByText('Wants to try video calls').waitFor();
  await look('a follow-up with its outcome');
  t.equal((await page.goto('/messages'))?.status(), 403);
});

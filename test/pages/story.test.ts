import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

const password = 'seven green kettles';

// The main job as one story, by mouse and keyboard: a donated tablet reaches a patient, is followed up and comes back.
for (const scripts of [true, false]) {
  t.test(`from the donation to the return; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, as, deps, clock } = await testApp(t);
    await addStaff(deps, systemContext('test'), {
      name: 'Ana Lima',
      email: 'ana@example.com',
      role: 'officer',
      password,
    });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, step, ...browser } = await signedInBrowser(t, baseURL, {}, { scripts });
    const look = scripts ? browser.look : async () => {};
    const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
    const follow = (name: string | RegExp) => page.getByRole('link', { name }).first().click();
    const goTo = (place: string) => page.goto(place === 'Today' ? '/' : `/${place.toLowerCase()}`);
    const signIn = async () => {
      await page.goto('/');
      await page.getByLabel('Email address').fill('ana@example.com');
      await page.getByLabel('Password', { exact: true }).fill(password);
      await press('Sign in');
      await page.getByRole('heading', { name: 'Waits for you today' }).waitFor();
    };

    const known = { tablet: '', dongle: '', referral: '', loan: '' };
    const discreet = /Hello\. A reminder for Wednesday 25 November at \d+/;
    const backAgain = /LW-\w+ and LW-\w+ came back\. Everything is back and the loan is closed/;
    const story = async (t: Test, path: string, name: string, lines: (string | RegExp)[]) => {
      await page.goto(path);
      for (const line of lines) await page.locator('.app-timeline').getByText(line).first().waitFor();
      t.match(await page.locator('.app-timeline').last().textContent(), 'Ana Lima', `${name} says who`);
      await look(`${name} with its story`);
    };

    await step('the officer signs in, and nothing waits', async () => {
      await page.goto('/');
      await look('sign in');
      await signIn();
      await page.getByText('Nothing waits for you.').waitFor();
      await look('Today, nothing to do');
    });

    await step('a donation with a tablet and a dongle is recorded', async () => {
      await goTo('Donations');
      await press('Record a donation');
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      for (const [row, kind, make, model, serial] of [
        [1, 'Tablet', 'Samsung', 'Galaxy Tab A8', 'TAB1'],
        [2, 'Dongle', 'Huawei', 'E5576-320', 'DON1'],
      ] as const) {
        const line = page.getByRole('group', { name: `Line ${row}`, exact: true });
        await line.getByLabel('Kind').selectOption(kind);
        await line.getByLabel('Make').fill(make);
        await line.getByLabel('Model').fill(model);
        await line.getByLabel('Serial number', { exact: true }).fill(serial);
      }
      await look('a donation to record');
      await press('Record donation');
      await page.getByText(/Donation D-\w+ is recorded with 2 devices/).waitFor();
      await look('the donation');
    });

    await step('both are erased, tested and set up, and are ready to lend', async () => {
      for (const [item, serial] of [
        ['tablet', 'TAB1'],
        ['dongle', 'DON1'],
      ] as const) {
        await goTo('Today');
        await page.getByLabel('Scan or search').fill(serial);
        await page.keyboard.press('Enter');
        await page.waitForURL('**/devices/*');
        const heading = await page.getByRole('heading', { level: 1 }).textContent();
        known[item] = /LW-\w{6}/.exec(heading ?? '')?.[0] ?? '';
        await recordChecks(page, press);
        await page.getByText('Setup check passed. The device is ready to lend.').waitFor();
        if (serial === 'DON1') {
          await page.getByText('Add a data plan').click();
          await page.getByLabel('Another network or allowance').check();
          await page.getByLabel('Network', { exact: true }).fill('Vodafone');
          await page.getByLabel('SIM number').fill('8944100030012345674');
          await page.getByLabel('Months', { exact: true }).fill('12');
          await press('Add data plan');
          await page.getByText('The data plan is recorded.').waitFor();
        }
        await look(`a device that is ready, ${serial}`);
      }
    });

    await step('a clinic sends a referral, which the officer finds and accepts', async (t) => {
      const sent = await app.inject({
        method: 'POST',
        url: '/api/v1/referrals',
        headers: { ...as.clinic, 'idempotency-key': 'story-1' },
        payload: {
          patient: {
            givenName: 'Niamh',
            familyName: 'O’Brien',
            dateOfBirth: '1980-02-29',
            nhsNumber: '999 000 0018',
            contactPoints: [{ channel: 'sms', value: '07700 900123', safe: true }],
          },
          needs: ['device', 'data', 'support'],
          barriers: ['skills', 'money'],
          referrer: { name: 'Dr Young' },
          consent: { shareWithScheme: true, givenOn: '2026-11-20' },
        },
      });
      t.equal(sent.statusCode, 201);
      known.referral = sent.json().reference;
      await goTo('Today');
      await look('Today, a referral to decide');
      await follow('1 referral to decide');
      await look('referrals');
      await follow(known.referral);
      await page.getByRole('button', { name: 'Accept', exact: true }).click();
      await page.getByText('It is first on the waiting list.').waitFor();
      await look('the referral, accepted');
    });

    await step('the officer scans the kit, and issues the loan with its terms agreed', async () => {
      await follow('Issue a device now');

      const { tablet, dongle } = known;
      for (const tag of [tablet, dongle]) {
        await page.getByLabel('Scan or type a label').fill(tag.toLowerCase());
        await thenLoaded(page, () => page.keyboard.press('Enter'));
        await page.getByText(`${tag}: ready.`).waitFor();
      }
      await page.getByLabel('I asked. What is marked safe is still safe').check();
      await look('the kit');
      await press('Go on to terms and agreement');
      await page.getByRole('heading', { name: 'Terms and agreement' }).waitFor();
      await page.getByLabel('Said yes', { exact: true }).check();
      await look('the terms');
      await press('Issue the loan');
      await page.getByText(/Loan L-\w+ is issued with 2 items/).waitFor();
      await page.getByText(`Loan issued with ${tablet} and ${dongle}, handed over in person`).waitFor();
      known.loan = new URL(page.url()).pathname;
      await look('the loan');
    });

    await step('the night plans a reminder, once', async (t) => {
      clock.set('2026-11-24T03:15:00Z');
      const night = async () =>
        (await runNightly(deps, { again: true })).steps
          // The end of the log is signed each night, since the log has grown.
          .filter(({ count, step }) => count > 0 && step !== 'log-head')
          .map(({ step }) => step);
      t.same(await night(), ['follow-up-reminders', 'gather']);
      t.same(await night(), [], 'the same night again changes nothing');
    });

    await step('the officer sees a discreet message, before it goes and after', async (t) => {
      clock.set('2026-11-24T09:30:00Z');
      await goTo('Messages');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await signIn();
      await goTo('Messages');
      await page.getByText(discreet).waitFor();
      t.notMatch(
        await page.locator('main').textContent(),
        /tablet|clinic|Lendwell|loan/i,
        'the text tells nothing',
      );
      await look('messages, before they go');
      await dispatch(deps);
      await follow('Niamh O’Brien');
      await page.getByRole('heading', { name: 'What went out' }).waitFor();
      await page.getByText(discreet).waitFor();
      await page.getByText('Text message sent in the discreet wording').waitFor();
      await look('the message');
    });

    await step('the follow-up is due, and the officer records what came of it', async () => {
      clock.set('2026-11-25T10:40:00Z');
      await page.context().clearCookies();
      await signIn();
      await look('Today, a follow-up to do');
      await follow('1 follow-up still to do today');
      await page.getByRole('heading', { name: 'Wednesday 25 November 2026' }).waitFor();
      await look('the diary of the day');
      await page
        .getByRole('link', { name: /^Niamh O’Brien/ })
        .first()
        .click();
      await page.getByRole('radio', { name: 'Yes', exact: true }).check();
      await page.getByLabel('Note (optional)').fill('She can join the Wi-Fi by herself.');
      await look('the follow-up');
      await press('Record');
      await follow('See the follow-up');
      await page.getByText('Follow-up done: Set-up call').waitFor();
      await look('the follow-up, done');
    });

    await step('the officer takes back both, and the loan is closed', async () => {
      const { tablet, dongle } = known;
      await goTo('Returns');
      await page.getByLabel('Scan or type a label').fill(dongle);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'What came back?' }).waitFor();
      await page.getByLabel(new RegExp(`^${tablet} Tablet`)).check();
      await page.getByLabel(`Condition of ${dongle}`).selectOption('B, marks of use');
      await page.getByLabel(`Condition of ${tablet}`).selectOption('B, marks of use');
      await look('the return');
      await press('Take back what is ticked');
      await page.getByText('Everything is back and the loan is closed.').first().waitFor();
    });

    await step('the loan tells its story', async (t) => {
      await story(t, known.loan, 'the loan', [/^Loan issued with/, backAgain]);
    });

    await step('the patient and the tablet tell it too', async (t) => {
      await follow('Niamh O’Brien');
      await page.waitForURL('**/patients/*');
      await story(t, page.url(), 'the patient', [
        'Referral received for device, data and support (routine)',
        'Referral accepted. It is on the waiting list',
        /^Loan issued with/,
        'Text message sent in the discreet wording',
        'Follow-up done: Set-up call',
        backAgain,
      ]);
      await goTo('Today');
      await page.getByText('2 devices to prepare').waitFor();
      await page.getByLabel('Scan or search').fill(known.tablet);
      await page.keyboard.press('Enter');
      await page.waitForURL('**/devices/*');
      await story(t, page.url(), 'the tablet', [
        'Donation recorded with 2 devices, arrived on 23 November 2026',
        'Setup check passed, done on 23 November 2026. The device is now ready',
        /^Loan issued with/,
        backAgain,
      ]);
    });
  });
}

/** The three checks of a device, each in its own form on the device's page; the first is open. */
async function recordChecks(page: Page, press: (name: string) => Promise<void>): Promise<void> {
  const form = (kind: string) =>
    page.locator('form').filter({ has: page.getByRole('button', { name: `Record ${kind} check` }) });
  const open = async (kind: string) => {
    const summary = page.locator('summary').filter({ hasText: new RegExp(`^\\s*${kind}\\s*$`, 'i') });
    if (!(await form(kind).getByLabel('Done by').isVisible())) await summary.click();
  };
  await open('sanitisation');
  const erased = form('sanitisation');
  await erased.getByLabel('Passed').check();
  await erased.getByLabel('Clear').check();
  await erased.getByLabel('Erased with').fill('Factory reset');
  await erased.getByLabel('Verified by').fill('Bo Chen');
  await erased.getByRole('group', { name: 'Is it free of memory cards?' }).getByLabel('Yes').check();
  await press('Record sanitisation check');
  await page.getByText('Sanitisation check passed.').waitFor();
  await open('electrical');
  await form('electrical').getByLabel('Passed').check();
  await form('electrical').getByLabel('Formal visual inspection').check();
  await press('Record electrical check');
  await page.getByText('Electrical check passed.').waitFor();
  await open('setup');
  await form('setup').getByLabel('Passed').check();
  await press('Record setup check');
}

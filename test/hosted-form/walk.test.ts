import type { Page } from 'playwright-core';
import t from 'tap';
import { addFormLink } from '../../src/referrals/hosted-form/form-link.commands.ts';
import { testApp } from '../helpers/app.ts';
import { axeClean, openBrowser, overflows, thenLoaded } from '../helpers/browser.ts';
import { manager } from '../helpers/factories.ts';
import { steps } from '../helpers/steps.ts';

t.setTimeout(400_000);
const shots = process.env.SHOTS;

// Someone at a clinic refers a patient from the first page to the reference, by keyboard alone, at 360 pixels.
for (const scripts of [true, false]) {
  t.test(`a referral through the form; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, deps, db, clinicId } = await testApp(t, {
      SCHEME_PHONE: '020 7946 0123',
      SCHEME_NAME: 'Camden Road and Kentish Town Device Lending (demonstration)',
    });
    const { token } = await addFormLink(deps, manager, clinicId, {
      label: 'Crisis team',
      expiresOn: '2027-11-01',
    });
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const page = await openBrowser(t, { baseURL, scripts, width: 360 });
    const { step, now } = steps(t);
    const look = async (name: string) => {
      if (scripts) await axeClean(now(), page, name);
      for (const width of [1440, 360]) {
        await page.setViewportSize({ width, height: 900 });
        now().equal(await overflows(page), '', `${name} fits ${width} pixels`);
      }
      if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
    };
    const keys = keyboard(page);
    const goOn = async (next: string) => {
      await keys.press(/^(Continue|Start now|Send referral)$/);
      await page.getByRole('heading', { level: 1, name: next }).waitFor();
      await look(next.toLowerCase().replaceAll(/\W+/g, '-'));
    };

    await step('nothing goes on without the patient’s consent', async (t) => {
      await page.goto(`/refer/${token}`);
      await look('start');
      await goOn('The patient’s consent');
      await keys.press('Continue');
      await keys.follow(/Choose whether the patient agreed/, false);
      await look('consent-refused');
      await keys.choose(page.getByRole('group', { name: 'Has the patient agreed' }).getByLabel('Yes'));
      t.equal(await page.getByLabel('Day').inputValue(), '23', 'they agreed today, unless it is changed');
      await keys.fill('Day', '20');
    });

    await step('who refers gives their name', async () => {
      await goOn('About you');
      await keys.press('Continue');
      await page.getByRole('link', { name: 'Enter your name' }).waitFor();
      await look('about-you-refused');
      await keys.fill('Your name', 'Dr Ada Young');
    });

    await step('who the patient is', async () => {
      await goOn('The patient');
      await keys.fill('Given name', 'Zoë');
      await keys.fill('Family name', 'Wolfeschlegelsteinhausenbergerdorff-O’Brien');
      await keys.fill('Day', '29');
      await keys.fill('Month', '2');
      await keys.fill('Year', '1980');
      await keys.fill('NHS number (optional)', '999 000 0018');
    });

    await step('each way says whether it is safe', async (t) => {
      await goOn('How to reach them safely');
      const first = page.getByRole('group', { name: 'Way 1', exact: true });
      await keys.choose(first.getByLabel('Text message'));
      await keys.fill(first.getByLabel('Phone number'), '07700 900123');
      await keys.press('Add another way');
      await page.getByRole('group', { name: 'Way 3', exact: true }).waitFor();
      t.equal(
        await first.getByLabel('Phone number').inputValue(),
        '07700 900123',
        'adding a row keeps what was typed',
      );
      await keys.press('Continue');
      await keys.follow(/Way 1: Choose whether the patient said/, false);
      await keys.choose(first.getByRole('group', { name: 'Did the patient' }).getByLabel('Yes'));
    });

    await step('what they need, and how to speak with them', async (t) => {
      await goOn('What they need');
      t.notOk(await page.getByLabel('If it is urgent, why?').isVisible(), 'asked of what is urgent alone');
      await keys.choose(page.getByLabel('Device', { exact: true }));
      await keys.choose(page.getByLabel('Support', { exact: true }));
      await goOn('Anything else');
      await keys.choose(page.getByLabel('Easy read'));
      await keys.fill('Notes (optional)', 'Ring twice.\nAsk for Zoë.');
      await goOn('Check your answers');
    });

    await step('an answer is changed from the last page, and none is lost on the way', async (t) => {
      t.equal(await page.getByRole('link', { name: 'Change the patient', exact: true }).count(), 1);
      await page.getByText(/Not given: \d+ things/).waitFor();
      t.notOk(
        await page.getByRole('link', { name: 'give it, Address' }).isVisible(),
        'what was left out is folded',
      );
      // Back and forward again, and one answer changed from here.
      await keys.follow('Back');
      t.equal(await page.getByLabel('Notes (optional)').inputValue(), 'Ring twice.\nAsk for Zoë.');
      await keys.press('Continue');
      await keys.follow('Change the patient');
      t.equal(await page.getByLabel('Given name').inputValue(), 'Zoë');
      await keys.fill('Given name', 'Zoë-Ann');
      await goOn('Check your answers');
      await page.getByText('Zoë-Ann').waitFor();
    });

    await step('it is sent, with a reference to print', async (t) => {
      await goOn('Referral sent');
      await page.getByText(/R-\w{6}/).waitFor();
      await page.getByText('020 7946 0123').waitFor();
      await page.getByText('Zoë-Ann').waitFor();
      await page.emulateMedia({ media: 'print' });
      t.notOk(
        await page.getByText('Print this page now').isVisible(),
        'what is for the screen is not printed',
      );
      if (shots) await page.screenshot({ path: `${shots}/print.png`, fullPage: true });
      await page.emulateMedia({ media: 'screen' });
      await page.goBack();
      await page.getByRole('heading', { name: 'Referral sent' }).waitFor();
      t.match(await db.selectFrom('referral').select(['given_name', 'notes']).execute(), [
        { given_name: 'Zoë-Ann', notes: 'Ring twice.\nAsk for Zoë.' },
      ]);
    });
  });
}

/** What hands on a keyboard do: reach a thing by Tab, then type, choose with the space bar, or press Enter. */
function keyboard(page: Page) {
  type Target = string | ReturnType<Page['getByLabel']>;
  const field = (target: Target) =>
    typeof target === 'string' ? page.getByLabel(target, { exact: true }) : target;
  const reach = async (target: ReturnType<Page['getByLabel']>) => {
    const has = async () => (await target.and(page.locator(':focus')).count()) > 0;
    for (let stops = 0; stops < 150 && !(await has()); stops++) await page.keyboard.press('Tab');
    if (!(await has())) throw new Error(`no way to ${target} by keyboard`);
  };
  const enter = () => thenLoaded(page, () => page.keyboard.press('Enter'));
  return {
    async fill(target: Target, text: string) {
      await reach(field(target));
      await page.keyboard.press('Control+A');
      await page.keyboard.insertText(text);
    },
    async choose(target: Target) {
      await reach(field(target));
      await page.keyboard.press('Space');
    },
    async press(name: string | RegExp) {
      await reach(page.getByRole('button', { name }));
      await enter();
    },
    /** `away`: whether the link leads to another page. */
    async follow(name: string | RegExp, away = true) {
      await reach(page.getByRole('link', { name, exact: true }));
      await (away ? enter() : page.keyboard.press('Enter'));
    },
  };
}

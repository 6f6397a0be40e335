import t from 'tap';
import { codeOf } from '../../src/access/one-time-code.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const password = 'seven green kettles';

for (const scripts of [true, false])
  t.test(`the second step in a browser ${scripts ? 'with' : 'without'} scripts`, async (t) => {
    const { app, deps, clock } = await testApp(t);
    const email = 'mara@example.org';
    await addStaff(deps, systemContext('test'), {
      name: 'Mara Oyelaran',
      email,
      role: 'administrator',
      password,
    });
    const baseURL = await app.listen({ port: 0, host: '127.0.0.1' });
    const { page, step, look } = await signedInBrowser(t, baseURL, {}, { scripts });
    const press = (text: string) =>
      scripts
        ? thenLoaded(page, () => page.click(`main :is(a, button):text-is("${text}")`))
        : Promise.all([page.waitForEvent('load'), page.click(`main :is(a, button):text-is("${text}")`)]);
    const enter = async () => {
      await page.fill('#email', email);
      await page.fill('#password', password);
      await press('Sign in');
    };
    let secret = '';

    await step('it is set up on the way to the page that was asked for', async (t) => {
      await page.goto('/settings/staff');
      await enter();
      await look('setting up');
      secret = (await page.textContent('.app-code-secret'))!.replaceAll(' ', '');
      await page.fill('#code', '111111');
      await press('Set it up');
      await look('setting up, with a wrong code');
      await page.fill('#code', codeOf(secret, clock.now().epochMilliseconds));
      await press('Set it up');
      await look('recovery codes');
      await press('I have kept them: go on');
      t.equal(new URL(page.url()).pathname, '/settings/staff');
    });

    await step('what one looks after oneself', async () => {
      for (const path of ['/account', '/account/password', '/settings/sign-in', '/settings/security']) {
        await page.goto(path);
        await look(path);
      }
    });

    await step('it is asked for again, before what reaches far and at the next sign-in', async (t) => {
      clock.set(clock.now().add({ minutes: 6 }).toString());
      await page.goto('/account/code');
      await look('showing again who one is');
      await page.fill('#code', codeOf(secret, clock.now().epochMilliseconds));
      await press('Go on');
      t.equal(new URL(page.url()).pathname, '/account/code');
      await Promise.all([page.waitForURL('**/sign-in'), page.click('header :text-is("Sign out")')]);
      await enter();
      await look('the code');
      clock.set(clock.now().add({ minutes: 1 }).toString());
      await page.fill('#code', codeOf(secret, clock.now().epochMilliseconds));
      await press('Sign in');
      t.equal(new URL(page.url()).pathname, '/', 'the first page of an administrator');
    });
  });

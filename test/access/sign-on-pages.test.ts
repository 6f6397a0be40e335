import t from 'tap';
import { addPasswordLink } from '../../src/access/password-link.commands.ts';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { oidcProvider } from '../helpers/oidc-provider.ts';
import { signedInBrowser } from '../helpers/pages.ts';
import { linked } from '../helpers/sign-on.ts';

for (const scripts of [true, false])
  t.test(`single sign-on in a browser ${scripts ? 'with' : 'without'} scripts`, async (t) => {
    const { app, deps, clock } = await testApp(t, {
      OIDC_ISSUER: 'http://127.0.0.1:1',
      OIDC_CLIENT_ID: 'lendwell',
      OIDC_CLIENT_SECRET: 'a secret of the provider',
      OIDC_FIRST_SIGN_IN: 'ask',
      OIDC_TIMEOUT_SECONDS: '30',
    });
    const baseURL = await app.listen({ port: 0, host: '127.0.0.1' });
    const there = await oidcProvider(t, { publicUrl: baseURL });
    deps.config.OIDC_ISSUER = there.issuer;
    there.accounts.ada = { name: 'Ada Quill', email: 'ada@example.org' };
    there.accounts.nora = { name: 'Nora Eze', email: 'nora@example.org' };
    await linked(deps, there, 'ada', 'administrator');
    const { page, step, look } = await signedInBrowser(t, baseURL, {}, { scripts });
    const press = (text: string) => page.click(`main :is(a, button):text-is("${text}")`);
    const button = 'Sign in with your work account';
    const path = () => new URL(page.url()).pathname;
    /** Goes on to the provider, which this site's own policy for forms must not stop. */
    const goThere = async (as: string, to: string) => {
      await Promise.all([page.waitForURL(`${there.issuer}/**`), press(button)]);
      await Promise.all([page.waitForURL(`${baseURL}${to}`), page.click(`a:text-is("${as}")`)]);
    };

    await step('the way in, from the page that was asked for', async (t) => {
      await page.goto('/settings/staff');
      await look('sign-in');
      await goThere('ada', '/settings/staff');
      t.equal(path(), '/settings/staff');
    });

    await step('a fresh proof is a new sign-in there', async (t) => {
      clock.set(clock.now().add({ minutes: 6 }).toString());
      await page.goto('/account/code');
      await look('showing again who one is');
      await goThere('ada', '/account/code');
      t.equal(path(), '/account/code');
    });

    await step('out in both places', async () => {
      await Promise.all([page.waitForURL(`${there.issuer}/**`), page.click('header :text-is("Sign out")')]);
      await Promise.all([page.waitForURL(`${baseURL}/sign-in`), page.click('button[value="yes"]')]);
    });

    await step('somebody without an account asks, and is let in', async (t) => {
      await goThere('nora', '/sign-in/callback?*');
      await look('asked for');
      t.match(await page.textContent('main'), /An administrator has been asked to let you in/);
      await page.context().clearCookies();
      await page.goto('/sign-in?next=%2Fsettings%2Fstaff');
      await goThere('ada', '/settings/staff');
      await look('who asks');
      await Promise.all([page.waitForURL('**/proposals/*'), press('Nora Eze')]);
      await look('someone asks');
      await page.check('input[value="officer"]');
      await Promise.all([page.waitForURL('**/settings/staff/*-*'), press('Let them in')]);
      await look('let in');
    });

    await step('a link offers both ways', async (t) => {
      const { id } = await addStaff(deps, systemContext('test'), {
        name: 'Olu Adeyemi',
        email: 'olu@example.org',
        role: 'officer',
      });
      const { token } = await addPasswordLink(deps, systemContext('test'), id);
      await page.goto(`/password/${token}`);
      await look('choosing how one signs in');
      t.match(await page.textContent('main'), /Or choose a password/);
    });
  });

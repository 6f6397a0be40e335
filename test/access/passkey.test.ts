import type { CDPSession, Page } from 'playwright-core';
import t from 'tap';
import { addStaff } from '../../src/access/staff.commands.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const password = 'seven green kettles';
const email = 'mara@example.org';

t.test('passkeys, with an authenticator of the browser', async (t) => {
  const { app, deps, db, clock } = await testApp(t);
  const { id } = await addStaff(deps, systemContext('test'), {
    name: 'Mara Oyelaran',
    email,
    role: 'manager',
    password,
  });
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
  address.hostname = 'localhost';
  const { page, step, look } = await signedInBrowser(t, address.origin, {});
  const { cdp, authenticatorId } = await authenticator(page);
  const press = (text: string) =>
    thenLoaded(page, () => page.click(`:is(main, header) :is(a, button):text-is("${text}")`));
  const enter = async () => {
    await page.goto('/sign-in');
    await page.fill('#email', email);
    await page.fill('#password', password);
    await press('Sign in');
  };
  const at = () => new URL(page.url()).pathname;
  /** What the browser would send for the passkey that the page asks for, kept instead of sent. */
  const caught = async () => {
    await page.evaluate(
      `HTMLFormElement.prototype.submit = function () { document.body.dataset.caught = this.elements.response.value; }`,
    );
    await page.click('main button:text-is("Use your passkey")');
    await page.waitForSelector('body[data-caught]');
    return page.evaluate('document.body.dataset.caught') as Promise<string>;
  };
  const send = (response: string) =>
    thenLoaded(page, () =>
      page.evaluate(
        `(() => { const form = document.querySelector('[data-passkey]'); form.elements.response.value = ${JSON.stringify(response)};
          Object.getPrototypeOf(form).submit = undefined; const button = document.createElement('button'); form.append(button);
          const clone = form.cloneNode(true); clone.hidden = true; document.body.append(clone); clone.querySelector('button:last-child').click(); })()`,
      ),
    );
  const refused = async (t: Tap, name: string) => {
    t.match(await page.textContent('main'), /could not be checked/, name);
    t.match((await page.request.get('/api/v1/devices')).status(), 401, `${name}: nothing opens`);
  };
  type Tap = typeof t;

  await step('one is made on the way in', async (t) => {
    await enter();
    await look('setting up a second step, with a passkey or an app');
    await press('Use this device, or a key that I plug in');
    t.match(await page.textContent('h1'), /Your recovery codes/);
    await press('I have kept them: go on');
    t.equal(at(), '/');
    t.match(await db.selectFrom('factor').select(['kind', 'staff_id']).execute(), [
      { kind: 'passkey', staff_id: id },
    ]);
    await page.goto('/account');
    t.match(await page.textContent('main'), /Passkey made with Chrome on Linux/);
    await look('an account with a passkey');
    await page.goto('/account/passkey');
    await look('making another passkey');
    await page.click('main button:text-is("Make it")');
    await page.getByText('This device has a passkey for your account already.').waitFor();
  });

  await step('it lets in, and proves again who is there', async (t) => {
    await press('Sign out');
    await enter();
    t.equal(at(), '/sign-in/code');
    await look('the second step, with a passkey');
    await press('Use your passkey');
    t.equal(at(), '/');
    clock.set(clock.now().add({ minutes: 6 }).toString());
    await page.goto('/account/code');
    t.equal(at(), '/prove');
    await press('Use your passkey');
    t.equal(at(), '/account/code');
  });

  await step('a supporter, who reads nothing but their own, comes in by theirs as well', async (t) => {
    const become = (role: 'supporter' | 'manager') =>
      db.updateTable('staff').set({ role }).where('id', '=', id).execute();
    await press('Sign out');
    await become('supporter');
    await enter();
    t.equal(at(), '/sign-in/code');
    await press('Use your passkey');
    t.match(await page.textContent('header'), /Sign out/);
    t.not(at(), '/sign-in/code');
    await become('manager');
    await page.goto('/');
  });

  await step('what was shown once is not taken again', async (t) => {
    await press('Sign out');
    await enter();
    const shown = await caught();
    await page.goto('/sign-in/code');
    await send(shown);
    await refused(t, 'an answer to a page before');
    await page.goto('/sign-in/code');
    const next = await caught();
    await send(next);
    t.equal(at(), '/', 'the answer to this page counts');
    await press('Sign out');
    await enter();
    await send(next);
    await refused(t, 'and not twice');
  });

  await step('nor what is made up, or of another site', async (t) => {
    const made = JSON.parse(await caught());
    const data = JSON.parse(Buffer.from(made.response.clientDataJSON, 'base64url').toString());
    for (const [name, change] of [
      ['another origin', { origin: 'https://evil.example' }],
      ['another kind', { type: 'webauthn.create' }],
      ['another challenge', { challenge: 'AAAA' }],
    ] as const) {
      const clientDataJSON = Buffer.from(JSON.stringify({ ...data, ...change })).toString('base64url');
      await send(JSON.stringify({ ...made, response: { ...made.response, clientDataJSON } }));
      await refused(t, name);
    }
    for (const text of [
      '{}',
      'null',
      'no JSON',
      '{"id":"x"}',
      JSON.stringify({ ...made, id: 'x', rawId: 'x' }),
    ]) {
      await page.goto('/sign-in/code');
      await send(text);
      await refused(t, text.slice(0, 20));
    }
  });

  await step('one that was copied is refused, and somebody is told', async (t) => {
    const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
    await cdp.send('WebAuthn.removeCredential', {
      authenticatorId,
      credentialId: credentials[0]!.credentialId,
    });
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...credentials[0]!, signCount: 0 },
    });
    await page.goto('/sign-in/code');
    await thenLoaded(page, () => page.click('main button:text-is("Use your passkey")'));
    await refused(t, 'a count that went back');
    const told = await db.selectFrom('security_event').select('kind').where('is_alarm', '=', true).execute();
    t.strictSame(told, [{ kind: 'passkey_copied' }]);
  });

  await step('one that is removed lets nobody in', async (t) => {
    await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
    await page.goto('/sign-in/code');
    await page.click('main button:text-is("Use your passkey")');
    await page.getByText('No passkey was given').waitFor();
    await db.updateTable('factor').set({ removed_at: clock.now().toString() }).execute();
    await page.goto('/sign-in/code');
    t.notMatch(await page.content(), /Use your passkey/);
  });
});

/** An authenticator in the browser that keeps passkeys and agrees to everything. */
async function authenticator(page: Page): Promise<{ cdp: CDPSession; authenticatorId: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, authenticatorId };
}

import type { Page, Request } from 'playwright-core';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { cameraShows, withCamera } from '../helpers/camera.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** The codes that a page sends, in their order. */
function codesSent(page: Page): string[] {
  const codes: string[] = [];
  page.on('request', (request: Request) => {
    const sent = new URLSearchParams(request.method() === 'POST' ? (request.postData() ?? '') : '');
    const code = sent.get('scan') || sent.get('code');
    if (code) codes.push(code);
  });
  return codes;
}

const buttonIn = (page: Page, place: string) =>
  page.locator(place).getByRole('button', { name: 'Scan with camera' });
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Scan with camera' });
const seen = (page: Page, selector: string, hasText: string | RegExp) =>
  page.locator(selector, { hasText }).first().waitFor({ state: 'attached' });

/** Keeps what the camera gives to the pages that follow, and whether any of it still runs. */
async function watchCamera(page: Page) {
  await page.addInitScript(`
    globalThis.given = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
      const stream = await ask(wanted);
      given.push(...stream.getTracks());
      return stream;
    };`);
  return () => page.evaluate<string[]>('given.map(({ readyState }) => readyState)');
}

t.test('at the bench the camera takes each label once while it is in view, and goes on', async (t) => {
  const [first, second] = await make.devices(2);
  const more = await cameraShows(t, [
    { text: first!.assetTag, as: 'code128' },
    { text: second!.assetTag, as: 'qrcode' },
  ]);
  const { page, look } = await signedInBrowser(t, baseURL, as.officer, { more });
  const sent = codesSent(page);
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  const tracks = await watchCamera(page);
  await page.goto('/bench');
  await buttonIn(page, 'main').waitFor();
  await look('the bench, with a camera');
  t.notOk(
    loaded.some((url) => url.includes('/reader/')),
    'nothing is loaded before it is wanted',
  );

  await buttonIn(page, 'main').click();
  t.equal(await page.locator(':focus').textContent(), 'Close');
  for (const { assetTag } of [second!, first!]) await seen(page, 'h1', assetTag);
  await dialogOf(page)
    .getByRole('status')
    .filter({ hasText: /^Bench: LW-/ })
    .waitFor();
  t.same(await tracks(), ['live'], 'one stream lasts, whatever page answers');
  await look('the camera');
  t.ok(sent.length >= 2);
  t.ok(
    sent.every((code, place) => code !== sent[place - 1]),
    `each in its turn: ${sent.join(', ')}`,
  );
  t.ok(
    loaded.every((url) => url.startsWith(`${baseURL}/`)),
    'nothing comes from elsewhere',
  );

  await page.keyboard.press('Escape');
  await page.locator('.app-camera').waitFor({ state: 'detached' });
  t.same(await tracks(), ['ended'], 'the camera is off');
  t.equal(await page.locator('main :focus').textContent(), 'Scan with camera', 'keys go on from its button');
  await page.keyboard.press('Enter');
  await dialogOf(page).waitFor();
  await dialogOf(page).getByRole('status').filter({ hasText: 'LW-' }).waitFor();
  t.same(await tracks(), ['ended', 'live']);
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));`);
  await page.locator('.app-camera').waitFor({ state: 'detached' });
  t.same(await tracks(), ['ended', 'ended'], 'nor does it run behind another window');
});

t.test('a return by camera: its loan is found, and the rest of the kit is ticked', async (t) => {
  const loan = await make.loan({ count: 2 });
  const [first, second] = loan.items.map(({ assetTag }) => assetTag);
  const more = await cameraShows(t, [
    { text: first!, as: 'code39' },
    { text: second!, as: 'datamatrix' },
  ]);
  const { page } = await signedInBrowser(t, baseURL, as.officer, { more });
  await page.goto('/returns');
  await buttonIn(page, 'main').click();
  await page.locator('input[name=ticked]:checked').nth(1).waitFor({ state: 'attached' });
  await dialogOf(page).getByRole('button', { name: 'Close' }).click();
  await page.getByRole('heading', { name: 'What came back?' }).waitFor();
});

t.test('the box in the head finds by camera what any page may be asked for', async (t) => {
  const [device] = await make.readyDevices(1, { imei: '490154203237518' });
  const more = await cameraShows(t, [
    { text: '490154203237518', as: 'code128' },
    { text: '5901234123457', as: 'ean13' },
  ]);
  const { page, look } = await signedInBrowser(t, baseURL, as.officer, { more });
  await page.goto('/help');
  await buttonIn(page, '.app-bar').click();
  await seen(page, '.app-camera .app-scans li', device!.assetTag);
  await seen(page, '.app-camera .app-scans li', 'Nothing found for 5901234123457');
  await look('what the camera found');
  await dialogOf(page).getByRole('link', { name: device!.assetTag }).first().click();
  await page.getByRole('heading', { name: device!.assetTag }).waitFor();
});

t.test('a box for one answer has it, and the camera closes; a list goes on', async (t) => {
  const loan = await make.loan();
  const [other] = await make.readyDevices(1);
  const more = await cameraShows(t, [
    { text: other!.assetTag, as: 'qrcode' },
    { text: '12345670', as: 'interleaved2of5' },
  ]);
  const { page } = await signedInBrowser(t, baseURL, as.officer, { more });
  await page.goto('/labels');
  await buttonIn(page, 'main').click();
  const list = page.getByRole('textbox', { name: 'Devices', includeHidden: true });
  const saying = dialogOf(page).getByRole('status');
  await saying.filter({ hasText: 'Read: 12345670' }).waitFor();
  await saying.filter({ hasText: `Read: ${other!.assetTag}` }).waitFor();
  t.match(await list.inputValue(), `12345670\n${other!.assetTag}\n`);
  await dialogOf(page).getByRole('button', { name: 'Close' }).click();

  await page.goto(`/loans/${loan.id}/incidents/new`);
  await page.getByLabel('Damaged').check();
  await buttonIn(page, 'main').click();
  await page.waitForLoadState();
  await page.locator('.nhsuk-error-summary, .nhsuk-notification-banner').waitFor();
  t.equal(await dialogOf(page).count(), 0);
});

t.test('whatever keeps the camera from working is said, and the box still takes what is typed', async (t) => {
  const [device] = await make.devices(1);
  const { page, look, scan } = await signedInBrowser(t, baseURL, as.officer, { more: withCamera });
  const says = async (text: string, name: string) => {
    await buttonIn(page, 'main').click();
    await dialogOf(page).getByRole('status').filter({ hasText: text }).waitFor();
    await look(name);
    await dialogOf(page).getByRole('button', { name: 'Close' }).click();
  };
  await page.goto('/bench');
  await says('This browser may not use the camera here.', 'a camera that is not allowed');
  for (const [name, text] of [
    ['NotFoundError', 'No camera was found.'],
    ['NotReadableError', 'Another program has the camera.'],
    ['AbortError', 'The camera could not be started.'],
  ]) {
    await page.evaluate(
      `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', '${name}'))`,
    );
    await says(text!, name!);
  }
  await page.evaluate(`Object.defineProperty(globalThis, 'isSecureContext', { value: false })`);
  await says('The camera works only where the address begins with https.', 'a camera without https');
  await page.locator('main [data-scan]').focus();
  await scan(device!.assetTag);
  await page.getByRole('heading', { name: device!.assetTag }).waitFor();
});

t.test(
  'what reads codes does not load: it is said, the camera is off, and another press tries again',
  async (t) => {
    const [device] = await make.devices(1);
    const more = await cameraShows(t, [{ text: device!.assetTag, as: 'code128' }]);
    const { page } = await signedInBrowser(t, baseURL, as.officer, { more });
    const tracks = await watchCamera(page);
    await page.route('**/zxing_reader.wasm', (route) => route.abort());
    await page.goto('/bench');
    await buttonIn(page, 'main').click();
    await dialogOf(page).getByText('What reads codes could not be loaded.').waitFor();
    t.same(await tracks(), ['ended']);
    await dialogOf(page).getByRole('button', { name: 'Close' }).click();
    await page.unroute('**/zxing_reader.wasm');
    await buttonIn(page, 'main').click();
    await seen(page, 'h1', device!.assetTag);
    await page.evaluate(`given.at(-1).dispatchEvent(new Event('ended'))`);
    await dialogOf(page).getByText('The camera has stopped.').waitFor();
    t.same(await tracks(), ['ended', 'ended']);
  },
);

t.test('no camera or no scripts, no button', async (t) => {
  const { page } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/bench');
  await page.evaluate('navigator.mediaDevices.enumerateDevices()');
  t.equal(await page.locator('.app-camera-button').count(), 0);
  const still = await signedInBrowser(t, baseURL, as.officer, { scripts: false, more: withCamera });
  await still.page.goto('/bench');
  t.equal(await still.page.locator('.app-camera-button').count(), 0);
});

t.test(
  'what reads codes is ours, small on the way and kept for good; only pages that scan may run it',
  async (t) => {
    const page = await app.inject({ url: '/bench', headers: as.officer });
    const assets = /src="(\/assets\/\w+)\/admin\.js"/.exec(page.body)![1]!;
    for (const [file, type] of [
      ['reader/zxing_reader.wasm', 'application/wasm'],
      ['reader/es/reader/index.js', 'application/javascript; charset=utf-8'],
      ['reader/es/share.js', 'application/javascript; charset=utf-8'],
    ]) {
      const { statusCode, headers } = await app.inject({
        url: `${assets}/${file}`,
        headers: { 'accept-encoding': 'gzip' },
      });
      t.equal(statusCode, 200, file!);
      t.match(headers, {
        'content-type': type,
        'cache-control': 'public, max-age=31536000, immutable',
        'content-encoding': 'gzip',
      });
    }
    const policyOf = (headers: object) => (headers as Record<string, string>)['content-security-policy']!;
    t.match(policyOf(page.headers), /script-src 'self' 'sha256-[\w+/=]+' 'wasm-unsafe-eval';/);
    t.notMatch(policyOf(page.headers), /'unsafe-/);
    const signIn = await app.inject('/sign-in');
    t.match(policyOf(signIn.headers), /script-src 'self' 'sha256-[\w+/=]+';/);
  },
);

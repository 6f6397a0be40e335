import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

t.test('what is found shows while someone types, kind by kind, and leads there by keys alone', async (t) => {
  for (const familyName of ['Okonkwo', 'Okafor', '<b>Okay</b>'])
    await make.referral({ person: { givenName: 'Ngozi', familyName } });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  const asked: string[] = [];
  page.on('request', (request) => request.method() === 'POST' && asked.push(new URL(request.url()).pathname));
  await page.goto('/');
  const box = page.getByLabel('Scan or search');
  const found = page.locator('.app-suggestions');
  await box.pressSequentially('ok');
  await page.waitForTimeout(600);
  t.same(asked, [], 'two letters are too few');
  await box.pressSequentially('on');
  await found.getByText('1 record found', { exact: true }).waitFor();
  t.match(await found.textContent(), /Patients\s*Ngozi Okonkwo, 29 February 1980/);
  await look('found while typing');
  t.same(asked, ['/scan/suggestions']);
  await page.keyboard.press('ArrowDown');
  t.equal(await page.locator(':focus').textContent(), 'Ngozi Okonkwo');
  await page.keyboard.press('Escape');
  t.ok(await found.isHidden());
  t.ok(await box.evaluate((element) => element.matches(':focus')));
  await box.fill('ngozi');
  await found.getByText('3 records found').waitFor();
  t.match(await found.textContent(), /Ngozi <b>Okay<\/b>/, 'what is written is shown, not run');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/patients\/[0-9a-f-]+$/);

  await page.goto('/');
  await box.fill('nobody at all');
  await found.getByText('Nothing found so far').waitFor();
  await page.keyboard.press('Enter');
  await page.getByText('Nothing here is called “nobody at all”').first().waitFor();
  await page.goto('/');
  await page.context().setOffline(true);
  await box.fill('ngozi');
  await page.waitForTimeout(600);
  t.ok(await found.isHidden(), 'without a connection nothing shows, and nothing breaks');

  const { rows } = await deps.db.executeQuery(
    db.selectFrom('event').select('values').where('type', '=', 'search.run').compile(),
  );
  t.same(rows, [
    { values: { count: 1 } },
    { values: { count: 3 } },
    { values: { count: 0 } },
    { values: { count: 0 } },
  ]);
});

t.test('who may not search is not shown anything; a text that is none is refused', async (t) => {
  t.equal((await forms(app, as.auditor).post('/scan/suggestions', { code: 'ngozi' })).statusCode, 403);
  t.equal((await forms(app, as.officer).post('/scan/suggestions', { code: ' ' })).statusCode, 422);
});

t.test('a scan is heard: one high tone, two low ones, or nothing where that was chosen', async (t) => {
  await make.store();
  const [device] = await make.readyDevices(1);
  const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.addInitScript(`
    globalThis.heard = [];
    const { start } = OscillatorNode.prototype;
    OscillatorNode.prototype.start = function (...given) {
      heard.push(this.frequency.value);
      return start.apply(this, given);
    };`);
  const heard = () => page.evaluate('heard.splice(0)');
  await page.goto('/bench');
  t.same(await heard(), []);
  await scan(device!.assetTag);
  await page.goto('/devices/move');
  await scan(device!.assetTag);
  t.same(await heard(), [880]);
  await scan('LW-NOTONE');
  t.same(await heard(), [220, 220]);
  await scan(device!.assetTag);
  t.same(await heard(), [220, 220], 'in the list already');
  await page.goto('/');
  await scan('LW-NOTONE');
  await page.getByText('Nothing here is called “LW-NOTONE”').first().waitFor();
  t.same(await heard(), [220, 220]);
  await scan(device!.assetTag);
  await page.waitForURL(/\/devices\/[0-9a-f-]+$/);
  await page.goto('/help');
  await page.getByLabel('A sound at each scan').uncheck();
  await look('help');
  await page.goto('/devices/move');
  await scan(device!.assetTag);
  t.same(await heard(), []);
});

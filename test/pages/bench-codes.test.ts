import t from 'tap';
import { readControl } from '../../src/stock/devices/control.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.test('a control code is read as a keyboard types it, and nothing else is one', async (t) => {
  for (const code of ['LW+PASS', 'lw+pass', 'LW=PASS', 'LWPASS', ' LW PASS '])
    t.equal(readControl(code), 'pass');
  for (const code of ['LW-PASS12', 'PASS', 'LW+', 'LW+PASSED', 'LW12PASS'])
    t.equal(readControl(code), undefined);
});

for (const scripts of [true, false])
  t.test(`the bench by scanner alone; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, as, deps } = await testApp(t);
    const make = factories(deps);
    const [first, second, third] = await make.devices(3);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const { page, scan, look } = await signedInBrowser(t, baseURL, as.officer, { scripts });
    const scanInBox = async (code: string) => {
      await page.locator('main [data-scan]').focus();
      await scan(code);
    };
    const shown = async (text: string | RegExp) =>
      page.locator('#last-scan').filter({ hasText: text }).waitFor();

    await page.goto('/bench');
    await scanInBox('LW+PASS');
    await shown('There is no device here yet. Scan one first.');
    await scanInBox('LW+UNDO');
    await shown('There is nothing to take back.');
    await scanInBox(first!.assetTag);
    await page.getByRole('heading', { name: first!.assetTag }).waitFor();
    await scanInBox('LW+PASS');
    await page.getByRole('link', { name: 'Enter who verified it' }).waitFor();
    await page.getByLabel('How it was erased').selectOption('clear');
    await page.getByLabel('Erased with').fill('Factory reset');
    await page.getByLabel('Verified by').fill('Vera Verifier');
    await page.getByRole('button', { name: 'Everything passed' }).click();
    await shown(`${first!.assetTag}: Ready to lend.`);
    await scanInBox(second!.assetTag);
    await page.getByText('verified by Vera Verifier').waitFor();
    t.equal(await page.getByLabel('Verified by').isVisible(), false, 'the details last used are folded');
    await look('bench, details folded');
    await scanInBox('LW+PASS');
    await shown(`${second!.assetTag}: Ready to lend.`);
    await page.getByRole('list', { name: 'Done today' }).getByText(second!.assetTag).waitFor();
    await page.getByRole('list', { name: 'Left' }).getByText(third!.assetTag).waitFor();
    await look('bench, lists');
    await scanInBox('LW+UNDO');
    await shown('What was just recorded is taken back.');
    await page.getByRole('list', { name: 'Left' }).getByText(second!.assetTag).waitFor();
    await page.getByText('1 device done today').waitFor();
    await scanInBox(third!.assetTag);
    await page.getByRole('heading', { name: third!.assetTag }).waitFor();
    await scanInBox('LW+NEXT');
    await page.getByRole('heading', { name: 'Bench', exact: true }).waitFor();
    await scanInBox(third!.assetTag);
    await page.getByRole('heading', { name: third!.assetTag }).waitFor();
    await page.locator('main [data-scan]').focus();
    await page.keyboard.type('LW+FAIL');
    await page.keyboard.press('Enter');
    await page.getByLabel('Which check?').waitFor();
    if (scripts) {
      await page.goto('/devices');
      await page.getByLabel('Scan or search').fill('LW+PASS');
      await page.keyboard.press('Enter');
      await page.getByText('This page has nothing for LW+PASS.').waitFor();
      await page.goto('/bench/codes');
      t.equal(await page.locator('.app-codes__qr > svg').count(), 4);
      await look('control codes');
    }
  });

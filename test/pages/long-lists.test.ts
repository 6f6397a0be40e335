import t from 'tap';
import { createQueue } from '../../src/shared/queue.ts';
import { startWorker } from '../../src/worker.ts';
import { testApp } from '../helpers/app.ts';
import { donorList, workOnLists } from '../helpers/lists.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

for (const scripts of [true, false]) {
  t.test(`a long list is left to the background; scripts ${scripts ? 'on' : 'off'}`, async (t) => {
    const { app, as, db, deps } = await testApp(t);
    const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
    const browser = await signedInBrowser(t, baseURL, as.officer, { scripts });
    const { page } = browser;
    const look = async (name: string) => scripts && (await browser.look(name));
    const heading = (name: string) => page.getByRole('heading', { name }).waitFor();
    /** Without scripts the page comes again by itself, or by its link. */
    const again = async () => {
      if (!scripts) await page.getByRole('link', { name: 'See how far it is now' }).click();
    };

    await page.goto('/donations/import');
    await page.getByLabel('Who gave the devices').fill('Asda Camden');
    await page.locator('input[type=file]').setInputFiles({
      name: 'long.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(`${donorList(400, 'BIG')}\nTabelt,Acme,Last,BIGLAST`),
    });
    await page.getByRole('button', { name: 'Check the lines' }).click();
    await heading('The list is being checked');
    await page.getByText('0 of 401 lines').waitFor();
    await look('a list that is being checked');
    await page.getByRole('navigation', { name: 'Back' }).getByRole('link', { name: 'Today' }).click();
    await page.getByRole('link', { name: 'A donor’s list of 401 lines is being checked' }).click();
    await heading('The list is being checked');
    await workOnLists(deps);
    await again();
    await heading('Check the lines');
    await page.getByRole('heading', { name: '1 line cannot be taken' }).waitFor();
    await page.getByText('Lines 1 to 300 of the 400 that are ready.').waitFor();
    await look('lines of a long list');
    await page.getByRole('link', { name: 'The next lines' }).click();
    await page.getByText('Lines 301 to 400 of the 400 that are ready.').waitFor();
    const text = page.getByLabel('The file as text');
    await text.fill((await text.inputValue()).replace('Tabelt', 'tablet'));
    await page.getByRole('button', { name: 'Check again' }).click();
    await heading('The list is being checked');
    await page.goto('/');
    await workOnLists(deps);
    await page.reload();
    await look('Today with a list that is ready');
    await page.getByRole('link', { name: 'A donor’s list of 401 lines is ready to look through' }).click();
    await page.getByRole('button', { name: 'Import all 401 lines' }).waitFor();
    t.equal(await text.count(), 0, 'the page has no text of it');

    await page.getByRole('button', { name: 'Import all 401 lines' }).dblclick();
    await heading('The list is being recorded');
    await page.getByRole('button', { name: 'Call it off' }).click();
    await page.getByText('The work on the list is called off. Nothing was recorded.').waitFor();
    await page.getByRole('button', { name: 'Import all 401 lines' }).click();
    await heading('The list is being recorded');
    await look('a list that is being recorded');
    t.equal((await db.selectFrom('donation').select('id').execute()).length, 0);

    const queue = createQueue(deps);
    const worker = await startWorker(deps, queue);
    t.teardown(async () => {
      await worker.stop();
      await queue.close();
    });
    const recorded = page.getByText(/Donation D-\w+ is recorded with 401 devices\./);
    while (!scripts && !(await recorded.isVisible())) {
      await again();
      await page.waitForLoadState();
    }
    await recorded.waitFor();
    await look('a long list that is recorded');
    t.equal((await db.selectFrom('donation').select('id').execute()).length, 1);
    await page.goto('/');
    t.equal(await page.getByRole('heading', { name: 'Your lists' }).count(), 0);
  });
}

import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);

const list = [
  'Type,Make,Model,Serial No.,Label,Given name,Family name,Date of birth,Phone,Phone safe?,Place,Issued on,Due on',
  'tablet,Samsung,Galaxy Tab A8,JRN0001,CI-17,Amal,Example,29/02/1980,07700 900123,yes,,01/09/2026,01/03/2027',
  'dongle,Huawei,E5576,JRN0002,CI-18,Amal,Example,29/02/1980,,,,01/09/2026,01/03/2027',
  'laptop,HP,ProBook,JRN0003,CI-19,Bo,Stone,31/04/1975,,,,14/10/2026,',
  'tablet,Samsung,Galaxy Tab A8,JRN0004,,,,,,,Torriano Library,05/05/2026,',
].join('\n');

for (const scripts of [true, false]) {
  t.test(
    `day one: an empty database leads to the list of what is out, a faulty line is mended, the loans are there; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const { app, as, db, deps } = await testApp(t);
      await addLocation(deps, officer, { name: 'Torriano Library', kind: 'access_point' });
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const browser = await signedInBrowser(t, baseURL, as.officer, { scripts });
      const { page } = browser;
      const look = async (name: string) => scripts && (await browser.look(name));

      await page.goto('/');
      await page.getByRole('heading', { name: 'First steps' }).waitFor();
      await look('Today of an empty database');
      await page.getByRole('link', { name: 'Take over what is already out' }).click();
      await look('take over');
      await page.getByRole('button', { name: 'Check the lines' }).click();
      await page.getByRole('link', { name: 'Choose the file' }).waitFor();
      await page.getByRole('link', { name: 'Enter where the devices came from' }).waitFor();
      await look('take over, refused');

      await page.getByLabel('Where the devices came from').fill('Camden Road scheme');
      await page.getByText('Or paste the rows').click();
      await page.getByLabel('The rows as text, with the heading').fill(list);
      await page.getByRole('button', { name: 'Check the lines' }).click();
      await page.getByRole('heading', { name: '1 line cannot be taken over' }).waitFor();
      await page.getByText('Give a real date, day first, such as 6/8/2026 or 2026-08-06.').waitFor();
      await page
        .getByText('Someone of the same name and birth date is in row 2: one loan of 2 items.')
        .waitFor();
      await look('take over, preview');
      t.equal((await db.selectFrom('device').select('id').execute()).length, 0, 'nothing is saved yet');

      const text = page.getByLabel('The file as text');
      await text.fill((await text.inputValue()).replace('31/04/1975', '30/04/1975'));
      await page.getByRole('button', { name: 'Check again' }).click();
      await page.getByText('The ready lines make 3 loans.').waitFor();
      await look('take over, mended');
      await page.getByRole('button', { name: 'Take over all 4 lines' }).dblclick();
      await page.getByText('4 devices on 3 loans taken over, with 2 new people.').waitFor();
      await look('take over, done');
      t.equal(
        (await db.selectFrom('loan').select('id').execute()).length,
        3,
        'a double click takes over once',
      );

      await page.getByRole('link', { name: 'See the loans' }).click();
      await page.getByRole('link', { name: /^L-/ }).last().click();
      await page.getByText('Not recorded: the loan was taken over from before').waitFor();
      await page
        .getByText(/Taken over from before with LW-\w+ and LW-\w+, out since 1 September 2026/)
        .waitFor();
      await look('a loan taken over');
      await page.goto('/');
      t.equal(await page.getByText('Issue the first loan').count(), 0);
      await page.getByText('Still to do:').waitFor();
      await page.getByText('Say what the public should know').waitFor();
    },
  );
}

t.test('a list with months first: the officer is asked once, and sees each date in words', async (t) => {
  const { app, as, db, deps } = await testApp(t);
  await addLocation(deps, officer, { name: 'Torriano Library', kind: 'access_point' });
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await signedInBrowser(t, baseURL, as.officer, { scripts: true });
  const { page } = browser;
  await page.goto('/loans/take-over');
  await page.getByLabel('Where the devices came from').fill('Camden Road scheme');
  await page.getByText('Or paste the rows').click();
  await page
    .getByLabel('The rows as text, with the heading')
    .fill(
      'Type,Make,Model,Place,Issued on\ntablet,Acer,One,Torriano Library,07/15/2026\ntablet,Acer,One,Torriano Library,08/06/2026',
    );
  await page.getByRole('button', { name: 'Check the lines' }).click();
  await page.getByText('2 lines cannot be taken over').waitFor();
  await browser.look('take over, how dates are written');
  await page.getByLabel('Month first, as in 12/31/2026').check();
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('15 July 2026').waitFor();
  await page.getByText('6 August 2026').waitFor();
  await page.getByRole('button', { name: 'Take over all 2 lines' }).click();
  await page.getByText('2 devices on 2 loans taken over').waitFor();
  const loans = await db.selectFrom('loan').select('issued_at').orderBy('issued_at').execute();
  t.same(
    loans.map(({ issued_at }) => issued_at.slice(0, 10)),
    ['2026-07-15', '2026-08-06'],
  );
});

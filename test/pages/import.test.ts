import path from 'node:path';
import t from 'tap';
import { uploadLimit } from '../../src/shared/uploads.ts';
import { type Headers, testApp } from '../helpers/app.ts';
import { signedInBrowser } from '../helpers/pages.ts';
import { textRow, workbook } from '../helpers/workbook.ts';

t.setTimeout(400_000);

const spreadsheet = path.join(import.meta.dirname, '../fixtures/donation.csv');

for (const scripts of [true, false]) {
  t.test(
    `a donor’s spreadsheet is judged, mended and imported; scripts ${scripts ? 'on' : 'off'}`,
    async (t) => {
      const { app, as, db } = await testApp(t);
      const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
      const browser = await signedInBrowser(t, baseURL, as.officer, { scripts });
      const { page } = browser;
      const look = async (name: string) => scripts && (await browser.look(name));
      const devices = async () => (await db.selectFrom('device').select('id').execute()).length;
      const text = page.getByLabel('The file as text');

      await page.goto('/donations');
      await page.getByRole('button', { name: 'Import a spreadsheet' }).click();
      await look('import');
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      await page.getByRole('button', { name: 'Check the lines' }).click();
      await page.getByRole('link', { name: 'Choose the file' }).waitFor();
      t.equal(
        await page.getByLabel('Who gave the devices').inputValue(),
        'Asda Camden',
        'what was typed stays',
      );
      await look('import, refused');

      await page.getByLabel('Who gave the devices').fill('');
      await page.locator('input[type=file]').setInputFiles(spreadsheet);
      await page.getByRole('button', { name: 'Check the lines' }).click();
      await page.getByRole('link', { name: 'Enter who gave the devices' }).waitFor();
      await look('preview, donor missing');
      t.match(await text.inputValue(), 'Tabelt', 'the file is not lost by it');
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      await page.getByRole('button', { name: 'Check again' }).click();
      await page.getByRole('heading', { name: '6 lines cannot be taken' }).waitFor();
      const faulty = page.getByRole('table', { name: 'Faulty lines' });
      await faulty.getByText('“Tabelt” is not a kind of device. Did you mean tablet?').waitFor();
      await page.getByText('Nothing is saved yet.').waitFor();
      await look('preview');
      t.equal(await page.getByRole('table', { name: 'Ready lines' }).locator('tbody tr').count(), 10);
      await page.getByText(/The other \d+ ready lines/).click();
      await page.getByRole('table', { name: 'More ready lines' }).waitFor();
      const models = await page
        .getByRole('list', { name: 'Ready by model' })
        .locator('strong')
        .allTextContents();
      t.ok(models.length > 1);
      t.same(
        models,
        models.toSorted((one, other) => Number(other) - Number(one)),
      );
      await page
        .getByText(/\(\d\d+ lines\)/)
        .first()
        .waitFor();
      await look('preview, unfolded');
      t.equal(await devices(), 0);

      if (scripts) {
        await faulty.getByRole('link', { name: 'Row 98, in the text' }).click();
        const chosen = await page.evaluate(
          '(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(document.activeElement)',
        );
        t.match(chosen, /^Tabelt,/, 'the row’s line is selected');
      }
      await text.fill((await text.inputValue()).replace('Tabelt', 'tablet'));
      await page.getByRole('button', { name: /^Import the \d+ ready lines/ }).click();
      await page.getByText('The text was changed after the last check.').waitFor();
      await page.getByRole('heading', { name: '5 lines cannot be taken' }).waitFor();
      await look('preview, changed');
      t.equal(await devices(), 0, 'what nobody saw a verdict of is not saved');
      await page.getByRole('button', { name: /leave out the 5 faulty ones$/ }).dblclick();
      await page
        .getByText(/Donation D-\w+ is recorded with \d+ devices. 5 faulty lines were left out./)
        .waitFor();
      await look('imported');
      const imported = await devices();
      t.ok(imported > 140);
      t.equal(
        (await db.selectFrom('donation').select('id').execute()).length,
        1,
        'a double click imports once',
      );

      await page.goto('/donations/import');
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      await page.locator('input[type=file]').setInputFiles({
        name: 'two.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('Type;Make;Model;Colour\ntablet;Acme;<b>One</b>;red\ndongle;Acme;Two;blue\n'),
      });
      await page.getByRole('button', { name: 'Check the lines' }).click();
      await page.getByText('Columns that are not read: Colour.').waitFor();
      await page.getByRole('table', { name: 'Ready lines' }).getByText('<b>One</b>').waitFor();
      await look('preview, none faulty');
      await page.getByRole('button', { name: 'Import all 2 lines' }).click();
      await page.getByText(/is recorded with 2 devices\.$/).waitFor();
      t.equal(await devices(), imported + 2);

      await page.goto('/donations/import');
      await page.getByLabel('Who gave the devices').fill('asda camden');
      await page.locator('input[type=file]').setInputFiles({
        name: 'two again.csv',
        mimeType: 'text/csv',
        buffer: Buffer.from('Make,Type,Model\nAcme,dongle,Two\nAcme,tablet,<b>One</b>\n'),
      });
      await page.getByRole('button', { name: 'Check the lines' }).click();
      const again = page.getByRole('group', { name: 'The same list was taken in before' });
      await again.getByText(/Taken in on 23 November 2026 by .+ as donation D-\w+/).waitFor();
      await look('preview of a list that was taken in before');
      await page.getByRole('button', { name: 'Import all 2 lines' }).click();
      await page.getByRole('link', { name: /^This list was taken in on 23 November 2026 by/ }).waitFor();
      await look('taken in before, refused');
      t.equal(await devices(), imported + 2);
      await again.getByLabel('This is another one, take it in as well').check();
      await page.getByRole('button', { name: 'Import all 2 lines' }).click();
      await page.getByText(/is recorded with 2 devices\.$/).waitFor();
      t.equal(await devices(), imported + 4);

      await page.goto('/donations/import');
      await page.getByLabel('Who gave the devices').fill('Asda Camden');
      await page.locator('input[type=file]').setInputFiles({
        name: 'stock.csv',
        mimeType: 'text/csv',
        buffer: workbook({
          'Our stock': textRow(1, 'Type', 'Make', 'Model') + textRow(3, 'Tabelt', 'Acme', 'A 10.1"'),
          Old: textRow(1, 'x'),
        }),
      });
      await page.getByRole('button', { name: 'Check the lines' }).click();
      const notRead = page.getByText('Only the first sheet of the workbook is read. Not read: Old.');
      await notRead.waitFor();
      await faulty.getByRole('link', { name: 'Row 3, in the text' }).waitFor();
      await look('preview of a workbook');
      await text.fill((await text.inputValue()).replace('Tabelt', 'tablet'));
      await page.getByRole('button', { name: 'Check again' }).click();
      await notRead.waitFor();
      await page.getByRole('button', { name: 'Import the line' }).click();
      await page.getByText(/is recorded with 1 device\.$/).waitFor();
    },
  );
}

t.test('files that are none, and what was typed beside them', async (t) => {
  const { app, as, db } = await testApp(t);
  const { 'x-csrf-token': token, ...session } = as.officer;
  const send = async (
    file: Buffer | undefined,
    fields: Record<string, string> = {},
    headers: Headers = session,
  ) => {
    const form = new FormData();
    const typed = {
      'donor.name': 'Asda Camden',
      'receivedOn-day': '20',
      'receivedOn-month': '11',
      'receivedOn-year': '2026',
    };
    for (const [name, value] of Object.entries({ _csrf: token!, ...typed, reference: 'REF 7', ...fields }))
      form.set(name, value);
    if (file) form.set('file', new Blob([new Uint8Array(file)]), 'stock.csv');
    const request = new Request('http://localhost', { method: 'POST', body: form });
    return app.inject({
      method: 'POST',
      url: '/donations/import',
      headers: { ...headers, 'content-type': request.headers.get('content-type')! },
      payload: Buffer.from(await request.arrayBuffer()),
    });
  };
  const good = Buffer.from('Type,Make,Model\ntablet,Acme,One\n');
  for (const [file, words, field = 'file'] of [
    [undefined, 'Choose the file'],
    [Buffer.alloc(0), 'The file is empty'],
    [Buffer.from(' \n'), 'The file is empty'],
    [Buffer.from('PK\u0003\u0004rest'), 'This workbook cannot be read'],
    [Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'This is an old Excel file (.xls)'],
    [Buffer.from('\u0000\u0001binary'), 'This is no spreadsheet'],
    [Buffer.from('name,colour\na,b\n'), 'Missing: Type, Make, Model', 'csv'],
    [Buffer.from('Type,Make,Model\ntablet,"A,B\n'), 'In line 2 a cell begins with a quote', 'csv'],
    [
      Buffer.from(`Type,Make,Model\n${'tablet,A,B\n'.repeat(2001)}`),
      'Give at most 2000 rows at a time',
      'csv',
    ],
    [Buffer.alloc(uploadLimit + 1, 'a'), 'The file is larger than 20 MB'],
  ] as const) {
    const reply = await send(file);
    t.equal(reply.statusCode, 422, words);
    t.match(reply.body, words);
    t.match(reply.body, `href="#${field}"`);
    if (field === 'csv')
      t.match(reply.body, String(file).split('\n')[0]!, 'what was sent is there to be mended');
    t.match(reply.body, /value="REF 7"/, 'what was typed stays');
  }
  const wrong = await send(Buffer.from('Type,Make,Model\ntablet,Acme\n'), { 'donor.name': '' });
  for (const words of ['Enter who gave the devices', 'The model is missing', 'tablet,Acme\n'])
    t.match(wrong.body, words, 'faults of the form and of the lines at once, and the file is kept as text');
  t.match((await send(good, { 'receivedOn-year': '2027' })).body, 'This date is in the future');
  t.match((await send(undefined, { csv: 'no heading' })).body, /href="#csv"/);
  t.match((await send(undefined, { csv: '' })).body, /There is no text left/);
  t.match((await send(Buffer.from('\ufeffType,Make,Model\ntablet,Café,One\n', 'utf16le'))).body, 'Café');
  t.equal((await send(good, { do: 'all', shown: 'other' })).statusCode, 200, 'not imported unseen');
  t.equal((await send(good, { _csrf: 'forged' })).statusCode, 403);
  t.equal((await send(good, {}, as.clinic)).statusCode, 403);
  t.equal((await send(good, { reference: 'a\u0000b' })).statusCode, 422);
  t.equal((await db.selectFrom('donation').select('id').execute()).length, 0);

  const raw = (url: string, payload: string, headers: Headers = as.officer) =>
    app.inject({
      method: 'POST',
      url,
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=x' },
      payload,
    });
  for (const broken of ['', 'rubbish', '--x\r\nContent-Disposition: form-data; name="csv"\r\n\r\nno end'])
    t.ok((await raw('/donations/import', broken)).statusCode < 500, 'a broken body is no fault of ours');
  t.equal((await raw('/donations/new', '--x--')).statusCode, 415, 'other forms take no files');
  t.equal((await raw('/api/v1/donations', '--x--')).statusCode, 415);
});

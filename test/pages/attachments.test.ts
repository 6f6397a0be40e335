import { sql } from 'kysely';
import t from 'tap';
import { reportIncident } from '../../src/lending/incidents/incident.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { fromPhone, multipart, pdfOf, pictureOf } from '../helpers/files.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, deps, db, as } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
type ShownImage = { naturalWidth: number; decode(): Promise<void>; scrollIntoView(): void };
const file = async (name: string, made: Promise<Buffer> | Buffer, mimeType = 'image/jpeg') => ({
  name,
  mimeType,
  buffer: await made,
});
const text = () => file('letter.jpg', Buffer.from('Dear all'));

t.test('journey: a tablet comes back, and its scratch is photographed with the phone in hand', async (t) => {
  const loan = await make.loan();
  const { page, step, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.setViewportSize({ width: 390, height: 844 });
  const tag = loan.items[0]!.assetTag;

  await step('the return says where photos go', async () => {
    await page.goto(`/loans/${loan.id}/return`);
    await page.getByRole('checkbox', { name: tag }).check();
    await page.getByLabel(`Condition of ${tag}`).selectOption('C');
    await page.getByRole('button', { name: 'Take back what is ticked' }).click();
    await page.locator('.nhsuk-notification-banner', { hasText: 'Everything is back' }).waitFor();
  });

  await step('the photo is added on the loan', async (t) => {
    await page.getByText('Add photos or papers').click();
    await page.getByLabel(`Condition of ${tag}`).check();
    const camera = page.getByLabel('Or take a photo');
    t.equal(await camera.getAttribute('capture'), 'environment');
    await camera.setInputFiles(await file('IMG_0001.jpg', fromPhone()));
    await page.getByLabel('Note (optional)').fill('Scratch on the back');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('1 file added.').waitFor();
    t.match(
      await page.locator('.app-attachments').textContent(),
      /Condition of .*Scratch on the back.*Test officer/s,
    );
    const shown = page.locator('.app-attachments img');
    t.ok(
      await shown.evaluate(async (image: ShownImage) => {
        image.scrollIntoView();
        await image.decode();
        return image.naturalWidth;
      }),
      'the thumbnail is seen',
    );
    t.match(page.url(), /\/loans\/[\w-]+\/attachments$/, 'no address names anybody');
    await look('photos of a loan');
  });

  await step('one of three is no picture: the others are kept, and what was typed stays', async (t) => {
    await page.setViewportSize({ width: 390, height: 844 });
    await page.getByLabel('Signed agreement').check();
    await page
      .getByLabel('Choose files')
      .setInputFiles([
        await file('one.pdf', pdfOf(), 'application/pdf'),
        await text(),
        await file('two.jpg', pictureOf()),
      ]);
    await page.getByLabel('Note (optional)').fill('Both pages');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    t.match(
      await page.locator('.nhsuk-error-summary').textContent(),
      /2 files were added\. File 2: it is not a picture\. Choose a JPEG or PNG, or a PDF/,
    );
    t.equal(await page.getByLabel('Note (optional)').inputValue(), 'Both pages');
    t.ok(await page.getByLabel('Signed agreement').isChecked());
    t.equal(await page.locator('.app-attachments__item').count(), 3);
    await look('photos of a loan with a fault');
  });

  await step('a PDF is saved and not opened', async (t) => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: /Signed agreement \(PDF/ }).click();
    t.match((await download).suggestedFilename(), /^agreement-[\w-]{36}\.pdf$/);
  });

  await step('one is removed, with the reason', async (t) => {
    await page.getByRole('link', { name: /^Remove Condition of/ }).click();
    await look('removing a photo');
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await page.getByRole('link', { name: 'Say why' }).waitFor();
    await page.getByLabel('Why').fill('It shows a face');
    await page.getByRole('button', { name: 'Remove for good' }).click();
    await page.getByText('It is removed.').waitFor();
    t.match(
      await page.locator('main').textContent(),
      /Condition of .*Removed on .* by Test officer: It shows a face/s,
    );
    await page.goto(`/loans/${loan.id}`);
    await look('a loan with photos and papers');
    t.match(await page.locator('.app-timeline').textContent(), /1 photo of the condition removed/);
  });
});

t.test(
  'without scripts: the bench’s photo of a device, and one at an incident; a double click adds one',
  async (t) => {
    const { page } = await signedInBrowser(t, baseURL, as.officer, { scripts: false });
    const [device] = await make.devices(1);
    await page.goto(`/devices/${device!.id}/attachments`);
    await page.getByLabel('Photo of its condition').check();
    await page
      .getByLabel('Choose files')
      .setInputFiles([await file('a.jpg', pictureOf()), await file('b.jpg', fromPhone())]);
    await page.getByRole('button', { name: 'Add', exact: true }).dblclick();
    await page.getByText('2 files added.').waitFor();
    await page.getByRole('link', { name: device!.assetTag, exact: true }).click();
    t.equal(await page.locator('.app-attachments img').count(), 2);

    const loan = await make.loan();
    const incident = await reportIncident(deps, officer, loan.id, {
      itemId: loan.items[0]!.id,
      kind: 'damaged',
      reportedOn: '2026-11-23',
    });
    await page.goto(`/incidents/${incident.id}`);
    await page.getByText('Add photos', { exact: true }).click();
    await page.getByLabel('Choose files').setInputFiles(await file('broken.jpg', pictureOf()));
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('1 file added.').waitFor();
    await page.goto(`/devices/${loan.items[0]!.deviceId}`);
    t.match(await page.locator('main').textContent(), /None yet\.\s+More were taken with: Incident I-/);
  },
);

t.test('looks: devices, incidents and settings with axe and at both widths', async (t) => {
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  const [device] = await make.devices(1);
  const { payload, headers } = await multipart({ kind: 'certificate', note: 'By the refurbisher' }, [
    { bytes: pdfOf() },
    { bytes: await pictureOf(300, 900) },
  ]);
  const sent = await app.inject({
    method: 'POST',
    url: `/devices/${device!.id}/attachments`,
    headers: { ...as.manager, ...headers },
    payload,
  });
  t.equal(sent.statusCode, 303);
  await page.goto(`/devices/${device!.id}`);
  await page.getByText('Add photos or papers').click();
  await look('a device with photos and papers');
  await page.goto('/settings/policy');
  t.match(await page.locator('main').textContent(), /They take 1 MB now/);
  t.equal(await page.getByLabel('All together may take').inputValue(), '2048');
  await page.getByLabel('All together may take').fill('100');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The policy is changed.').waitFor();
  await look('the policy with the room for photos');
});

t.test('who only reads sees photos and no form; a page’s own thumbnails log no second look', async (t) => {
  const loan = await make.loan();
  const { payload, headers } = await multipart({ kind: 'agreement' }, [{ bytes: await pictureOf() }]);
  await app.inject({
    method: 'POST',
    url: `/loans/${loan.id}/attachments`,
    headers: { ...as.officer, ...headers },
    payload,
  });
  const auditor = forms(app, as.auditor);
  const { body } = await auditor.get(`/loans/${loan.id}/attachments`);
  t.match(body, /Officers and managers add photos and papers/);
  t.notMatch(body, /type="file"|\/removal"/);
  const [, thumbnail] = /src="([^"]+\/thumbnail)"/.exec(body)!;
  const looks = async () =>
    (
      await sql<{ n: number }>`
      select count(*)::int as n from access_log a join loan l on l.patient_id = a.patient_id where l.id = ${loan.id} and a.actor_name = 'Test auditor'`.execute(
        db,
      )
    ).rows[0]!.n;
  t.equal(await looks(), 1);
  const embedded = { 'sec-fetch-dest': 'image', 'sec-fetch-site': 'same-origin' };
  await app.inject({ url: thumbnail!, headers: { ...as.auditor, ...embedded } });
  t.equal(await looks(), 1);
  await app.inject({ url: thumbnail!, headers: as.auditor });
  t.equal(await looks(), 2, 'by itself it is a look');
  await app.inject({ url: thumbnail!.replace('/thumbnail', ''), headers: { ...as.auditor, ...embedded } });
  t.equal(await looks(), 3, 'and the large one always is');
});

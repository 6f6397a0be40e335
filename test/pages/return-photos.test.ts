import { sql } from 'kysely';
import t from 'tap';
import { testApp } from '../helpers/app.ts';
import { scanKeys, thenLoaded } from '../helpers/browser.ts';
import { factories } from '../helpers/factories.ts';
import { fromPhone, multipart, pictureOf, type SentFile } from '../helpers/files.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, deps, db, as } = await testApp(t);
const make = factories(deps);
const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });

/** Sends a form with photos as a page does. */
async function send(
  url: string,
  fields: Record<string, string | string[]>,
  files: SentFile[] = [],
  who = as.officer,
) {
  const { payload, headers } = await multipart(fields, files);
  return app.inject({ method: 'POST', url, headers: { ...who, ...headers }, payload });
}

/** What is kept of a loan: its items, as they stand, and the photos of its devices, taken there or at its incidents. */
async function keptOf(loanId: string) {
  const items = await db
    .selectFrom('loan_item')
    .select('status')
    .where('loan_id', '=', loanId)
    .orderBy('id')
    .execute();
  const { rows } = await sql<{ tag: string; at: string }>`
    select d.asset_tag as tag, case when a.loan_id is null then 'incident' else 'loan' end as at
    from attachment a join device d on d.id = a.device_id
    where a.loan_id = ${loanId} or a.incident_id in (select id from incident where loan_id = ${loanId}) order by a.id`.execute(
    db,
  );
  return { items: items.map(({ status }) => status), photos: rows.map(({ tag, at }) => `${tag} ${at}`) };
}
const incidentsOf = (loanId: string) =>
  db.selectFrom('incident').select('handed_in').where('loan_id', '=', loanId).execute();
const setQuota = (mb: number) => db.updateTable('lending_policy').set({ attachment_quota_mb: mb }).execute();
const text = Buffer.from('Dear all');

t.test(
  'journey: a photo is taken within the return, and a scan after it leaves it where it is',
  async (t) => {
    const loan = await make.loan({ count: 2 });
    const [first, second] = loan.items.map(({ assetTag }) => assetTag);
    const { page, look } = await signedInBrowser(t, baseURL, as.officer);
    await page.goto(`/loans/${loan.id}/return`);
    await page.getByLabel(new RegExp(`^${first} `)).check();
    await page.getByLabel(`Condition of ${first}`).selectOption('C');
    const camera = page.getByLabel(`Photos of ${first} (optional)`);
    t.equal(await camera.getAttribute('capture'), 'environment');
    await camera.setInputFiles({ name: 'IMG_1.jpg', mimeType: 'image/jpeg', buffer: await fromPhone() });
    await page.locator('h1').click();
    await thenLoaded(page, () => scanKeys(page, second!));
    t.ok(await page.getByLabel(new RegExp(`^${second} `)).isChecked());
    t.match(await camera.inputValue(), 'IMG_1.jpg');
    await look('a return with photos');
    await page.getByRole('button', { name: 'Take back what is ticked' }).click();
    await page.getByRole('link', { name: 'Choose its condition' }).waitFor();
    await page.getByText('Choose them again: browsers let go of them').waitFor();
    await page.getByLabel(`Condition of ${second}`).selectOption('A');
    await camera.setInputFiles({ name: 'IMG_2.jpg', mimeType: 'image/jpeg', buffer: await fromPhone() });
    await page.getByRole('button', { name: 'Take back what is ticked' }).click();
    await page.getByText(`${first}, ${second} came back. 1 photo added.`).waitFor();
    t.match(await page.locator('.app-attachments').textContent(), `Condition of ${first}`);
    t.same(await keptOf(loan.id), { items: ['returned', 'returned'], photos: [`${first} loan`] });
  },
);

t.test(
  'a photo that is refused records nothing; the form comes back with all that was typed and is wrong',
  async (t) => {
    const loan = await make.loan({ count: 2 });
    const [a, b] = loan.items;
    const url = `/loans/${loan.id}/return`;
    const typed = {
      do: 'return',
      ticked: [a!.id, b!.id],
      [`item.${a!.id}.condition`]: 'B',
      [`item.${a!.id}.notes`]: 'A scratch',
    };
    const field = `item.${a!.id}.photos`;
    const refused = await send(url, typed, [
      { bytes: await pictureOf(), field },
      { bytes: text, field },
    ]);
    t.equal(refused.statusCode, 422);
    t.match(refused.body, new RegExp(`href="#item-${a!.id}-photos">\\s*Photo 2: it is not a picture`));
    t.match(refused.body, new RegExp(`href="#item-${b!.id}-condition">\\s*Choose its condition`));
    t.match(refused.body, /A scratch/);
    t.match(refused.body, /Choose them again/);
    t.equal(refused.body.match(/ checked/g)?.length, 2);

    const full = { ...typed, [`item.${b!.id}.condition`]: 'A' };
    const many = Array.from({ length: 6 }, async () => ({ bytes: await pictureOf(), field }));
    t.match((await send(url, full, await Promise.all(many))).body, /Photo 6: at most 5 are taken at once/);
    const left = await send(
      url,
      { ...full, ticked: b!.id, [`item.${a!.id}.condition`]: '', [`item.${a!.id}.notes`]: '' },
      [{ bytes: await pictureOf(), field }],
    );
    t.match(left.body, /clear its condition, notes and photos/);
    await setQuota(0);
    const noRoom = await send(url, full, [{ bytes: await pictureOf(), field }]);
    await setQuota(2048);
    t.equal(noRoom.statusCode, 409);
    t.match(noRoom.body, /There is no room left[\s\S]*A scratch/);
    t.same(await keptOf(loan.id), { items: ['on_loan', 'on_loan'], photos: [] });

    const ticked = await send(url, { ...full, do: 'tick', scan: b!.assetTag }, [
      { bytes: await pictureOf(), field },
    ]);
    t.match(ticked.body, /Choose them again/, 'without scripts a scan says that the photos are gone');
    t.equal((await send(url, full)).statusCode, 303, 'none is needed');
  },
);

t.test('a double click is one return, with its photos of each device once', async (t) => {
  const loan = await make.loan({ count: 2 });
  const [a, b] = loan.items;
  const fields = {
    do: 'return',
    ticked: [a!.id, b!.id],
    [`item.${a!.id}.condition`]: 'B',
    [`item.${b!.id}.condition`]: 'A',
    _once: 'twice',
  };
  const files = [
    { bytes: await pictureOf(), field: `item.${b!.id}.photos` },
    { bytes: await fromPhone(), field: `item.${a!.id}.photos` },
    { bytes: await pictureOf(10, 10), field: `item.${b!.id}.photos` },
  ];
  const url = `/loans/${loan.id}/return`;
  const both = await Promise.all([send(url, fields, files), send(url, fields, files)]);
  t.same(
    both.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  t.same(await keptOf(loan.id), {
    items: ['returned', 'returned'],
    photos: [`${a!.assetTag} loan`, `${b!.assetTag} loan`, `${b!.assetTag} loan`],
  });
  const { body } = await app.inject({ url: `/loans/${loan.id}`, headers: as.officer });
  t.match(body, /1 photo of the condition added/);
  t.match(body, /2 photos of the condition added/);
});

t.test(
  'an incident is reported with its photo, or not at all; also where the device is replaced',
  async (t) => {
    const loan = await make.loan({ count: 2 });
    const [a, b] = loan.items;
    const url = `/loans/${loan.id}/incidents/new`;
    const day = { 'reportedOn-day': '23', 'reportedOn-month': '11', 'reportedOn-year': '2026' };
    const typed = { itemId: a!.id, kind: 'damaged', account: 'It fell', ...day, _once: 'report' };
    const refused = await send(url, { ...typed, kind: '' }, [{ bytes: text, field: 'photos' }]);
    t.equal(refused.statusCode, 422);
    t.match(refused.body, /href="#photos">\s*It is not a picture/);
    t.match(refused.body, /href="#kind">\s*Choose what happened/);
    t.match(refused.body, /It fell[\s\S]*Choose them again/);
    await setQuota(0);
    t.equal((await send(url, typed, [{ bytes: await pictureOf(), field: 'photos' }])).statusCode, 409);
    await setQuota(2048);
    t.same(await incidentsOf(loan.id), [], 'nothing is recorded');

    const photos = [{ bytes: await pictureOf(), field: 'photos' }];
    const both = await Promise.all([send(url, typed, photos), send(url, typed, photos)]);
    t.same(
      both.map(({ statusCode }) => statusCode),
      [303, 303],
    );
    const [next] = await make.readyDevices(1);
    const replaced = await send(
      url,
      { itemId: b!.id, kind: 'faulty', handedIn: 'yes', scan: next!.assetTag, ...day },
      photos,
    );
    t.equal(replaced.statusCode, 303);
    t.equal((await incidentsOf(loan.id)).length, 2);
    t.same((await keptOf(loan.id)).photos, [`${a!.assetTag} incident`, `${b!.assetTag} incident`]);
  },
);

t.test('without scripts: a photo of what is broken goes with its report', async (t) => {
  const loan = await make.loan();
  const { page } = await signedInBrowser(t, baseURL, as.officer, { scripts: false });
  await page.goto(`/loans/${loan.id}/incidents/new`);
  await page.getByLabel('Damaged').check();
  await page.getByLabel('Photos of it (optional)').setInputFiles({
    name: 'broken.jpg',
    mimeType: 'image/jpeg',
    buffer: await fromPhone(),
  });
  await page.getByRole('button', { name: 'Write it down' }).dblclick();
  await page.getByText('is written down. Thank the person').waitFor();
  t.equal(await page.locator('.app-attachments img').count(), 1);
});

t.test('looks: the report of an incident', async (t) => {
  const loan = await make.loan();
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto(`/loans/${loan.id}/incidents/new`);
  await look('an incident with photos');
});

t.test(
  'photos of a form that came after its session are asked for again, and nothing is taken without them',
  async (t) => {
    const loan = await make.loan();
    const [{ id }] = loan.items as [(typeof loan.items)[0]];
    const url = `/loans/${loan.id}/return`;
    const field = `item.${id}.photos`;
    const fields = { do: 'return', ticked: id, [`item.${id}.condition`]: 'B' };
    const { 'x-csrf-token': _token, ...officer } = as.officer;
    const late = await send(url, { ...fields, _csrf: 'of before' }, [{ bytes: await pictureOf(), field }], {
      ...officer,
      'sec-fetch-site': 'same-origin',
    });
    t.match(late.body, `name="letGo" value="${field}"`);
    const again = await send(url, { ...fields, letGo: field });
    t.equal(again.statusCode, 422);
    t.match(again.body, new RegExp(`href="#item-${id}-photos">\\s*Choose the photos again`));
    t.same(await keptOf(loan.id), { items: ['on_loan'], photos: [] });
  },
);

import t from 'tap';
import { newId } from '../../src/shared/ids.ts';
import { discreetOwner, labelSvg, sheetsSvg } from '../../src/stock/labels/label.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps } = await testApp(t, { SCHEME_NAME: 'Camden Road Device Lending' });
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const device = { assetTag: 'LW-7K2M9Q', kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8' } as const;

t.test(
  'a label has its size in millimetres, both codes with their quiet zones, and the tag in letters',
  (t) => {
    for (const [layout, width, height] of [
      ['sheet', 63.5, 33.9],
      ['single', 62, 29],
    ] as const) {
      const svg = labelSvg(device, layout, 'Camden Road Device Lending');
      t.match(svg, `width="${width}mm" height="${height}mm" viewBox="0 0 ${width} ${height}"`);
      const codes = [
        ...svg.matchAll(/<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" viewBox/g),
      ].map(([, ...at]) => at.map(Number) as [number, number, number, number]);
      t.equal(codes.length, 2);
      const [qr, bars] = codes;
      t.equal(qr![2], qr![3], 'the QR code is square');
      t.ok(qr![2] / 21 >= 0.5, 'a module of the QR code is half a millimetre or more');
      t.ok(
        qr![0] >= (4 * qr![2]) / 21 && bars![1] - qr![1] - qr![3] >= (4 * qr![2]) / 21 - 0.001,
        'with four modules around it',
      );
      const bar = bars![2] / 134;
      t.ok(
        bar >= 0.25 && bars![0] >= 10 * bar && width - bars![0] - bars![2] >= 10 * bar,
        'ten bars beside the bars',
      );
      t.ok(bars![3] >= 5 && bars![1] + bars![3] < height, 'high enough for a scanner, within the label');
      t.match(svg, />LW-7K2M9Q<\/text>/);
      t.match(svg, />Tablet<\/text>/);
      t.match(svg, />Camden Road Device Lending<\/text>/);
      t.notMatch(svg, /style=|<style|<script/, 'nothing that the security policy refuses');
    }
    t.end();
  },
);

t.test(
  'a second code stands apart from the first, large enough for a phone, and says nothing but its address',
  (t) => {
    const help = 'https://answer.example.org/f/AbCdEfGhIjKlMno';
    for (const layout of ['sheet', 'single'] as const) {
      const svg = labelSvg(device, layout, null, help);
      const codes = [
        ...svg.matchAll(/<svg x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" viewBox/g),
      ].map(([, ...at]) => at.map(Number) as [number, number, number, number]);
      t.equal(codes.length, 3);
      const [first, second, bars] = codes;
      t.equal(second![2], second![3], 'it is square');
      const module = second![2] / 33;
      t.ok(module >= 0.4, 'a module of the largest that such an address takes is 0.4 millimetres or more');
      t.ok(second![0] - first![0] - first![2] > 15, 'the words are between them');
      t.ok(bars![1] - second![1] - second![3] >= 4 * module, 'with four modules to the bars');
      t.notMatch(svg, /answer\.example|AbCdEf/, 'the address is in no words');
      t.equal(labelSvg(device, layout, null).match(/<svg x=/g)?.length, 2, 'none unless it is asked for');
    }
    t.end();
  },
);

t.test('make and model are escaped, shortened and kept within the label', (t) => {
  const svg = labelSvg(
    {
      ...device,
      make: '<b>"A" & \u0001B</b>',
      model: 'Very long name of a model that goes on and on and on',
    },
    'sheet',
    null,
  );
  t.match(svg, /&lt;b&gt;&quot;A&quot; &amp;/);
  t.notMatch(svg, /<b>/);
  t.notOk(svg.includes('\u0001'));
  t.match(svg, /…<\/text>/);
  const lines = [...svg.matchAll(/>([^<]*)<\/text>/g)].map(([, line]) => line!);
  t.equal(lines.length, 4, 'tag, kind and two lines');
  t.end();
});

t.test('labels never tell of a clinic or of health', (t) => {
  t.equal(discreetOwner('Camden Road Device Lending'), 'Camden Road Device Lending');
  for (const name of ['Camden Mental Health Tablets', 'Elm Street Clinic', 'NHS devices', 'Recovery college'])
    t.equal(discreetOwner(name), null, name);
  t.end();
});

t.test('a sheet begins at its first free label and goes on over as many sheets as it takes', (t) => {
  const devices = Array.from({ length: 30 }, () => device);
  const sheets = [...sheetsSvg(devices, 23, null)];
  t.equal(sheets.length, 3);
  t.same(
    sheets.map((one) => one.match(/<title>/g)?.length),
    [2, 24, 4],
  );
  t.equal(sheets[0]!.match(/app-label-used/g)?.length, 22);
  const labels = [...sheets[1]!.matchAll(/<svg x="([\d.]+)" y="([\d.]+)" width="63.5"/g)].map(([, x, y]) => [
    Number(x),
    Number(y),
  ]);
  t.same(labels.slice(0, 4), [
    [7.25, 12.9],
    [73.25, 12.9],
    [139.25, 12.9],
    [7.25, 46.8],
  ]);
  t.same(labels.at(-1), [139.25, 250.2], 'the last is within the sheet, with the same margin below');
  t.end();
});

t.test('labels of the list with its filters, of a donation, and of chosen tags', async (t) => {
  const tablets = await make.devices(3);
  const [phone] = await make.devices(1, { kind: 'phone', make: '<i>Fair</i>', model: 'Phone & more' });
  await make.readyDevices(1);
  const ofPhones = (await get('/labels/print?kind=phone')).body;
  t.match(ofPhones, /1 label on 1 sheet/);
  t.match(ofPhones, new RegExp(`>${phone!.assetTag}</text>`));
  t.match(ofPhones, /&lt;i&gt;Fair&lt;\/i&gt; Phone &amp; more/);
  t.notMatch(ofPhones, /<i>Fair/);
  t.match((await get('/labels/print?status=in_preparation')).body, /4 labels on 1 sheet/);
  t.match((await get('/labels/print?status=lost')).body, /nothing to print/);
  const { donation_id } = await deps.db
    .selectFrom('device')
    .select('donation_id')
    .where('id', '=', tablets[0]!.id)
    .executeTakeFirstOrThrow();
  const ofDonation = (await get(`/labels/print?donationId=${donation_id}&layout=single`)).body;
  for (const { assetTag } of tablets) t.match(ofDonation, new RegExp(`>${assetTag}</text>`));
  t.match(ofDonation, /3 labels on 3 pages/);
  t.match((await get('/devices?kind=phone')).body, /href="\/labels\/print\?kind=phone"/);
  t.match((await get(`/donations/${donation_id}`)).body, `/labels/print?donationId=${donation_id}`);
  t.match((await get(`/devices/${phone!.id}`)).body, `/labels/print?tags=${phone!.assetTag}`);

  const typed = { layout: 'single', first: '4', codes: `${tablets[1]!.assetTag.toLowerCase()}\nsn1, SN2` };
  const chosen = await post('/labels', typed);
  t.equal(chosen.statusCode, 303);
  t.match(chosen.headers.location, /^\/labels\/print\?tags=LW-.*layout=single&first=4$/);
  const page = (await get(String(chosen.headers.location))).body;
  t.match(page, /2 labels on 2 pages/, 'a label named twice is printed once');
  t.ok(
    page.indexOf(tablets[1]!.assetTag) < page.indexOf(tablets[0]!.assetTag),
    'in the order they were scanned',
  );
  const wrong = await post('/labels', { ...typed, codes: `${tablets[1]!.assetTag}\n<u>` });
  t.equal(wrong.statusCode, 422);
  t.match(wrong.body, /No device here has the label or number “&lt;u&gt;”/);
  t.match(wrong.body, new RegExp(`${tablets[1]!.assetTag}\n&lt;u&gt;</textarea>`), 'what was typed stays');
  t.match((await post('/labels', { layout: 'sheet', first: '1', codes: ' ' })).body, /at least one label/);
  t.equal((await get('/labels/print?first=25')).statusCode, 400);
  t.equal((await get('/labels/print?tags=LW-1')).statusCode, 400);
  t.equal((await forms(app, as.auditor).get('/labels')).statusCode, 403);
});

t.test('GET /devices/{id}/label.svg, for label printers', async (t) => {
  const [one] = await make.devices(1);
  const api = (url: string, headers = as.officer) => app.inject({ url: `/api/v1${url}`, headers });
  const reply = await api(`/devices/${one!.id}/label.svg`);
  t.equal(reply.statusCode, 200);
  t.match(reply.headers['content-type'], 'image/svg+xml');
  t.match(reply.body, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="62mm" height="29mm"/);
  t.match(reply.body, one!.assetTag);
  t.match((await api(`/devices/${one!.id}/label.svg?size=sheet`)).body, /width="63.5mm" height="33.9mm"/);
  t.equal((await api(`/devices/${one!.id}/label.svg?size=huge`)).statusCode, 400);
  t.equal((await api(`/devices/${newId()}/label.svg`)).statusCode, 404);
  t.equal((await api(`/devices/${one!.id}/label.svg`, as.auditor)).statusCode, 403);
});

t.test('on paper: whole sheets of A4 and nothing else, at most 240 labels a page', async (t) => {
  await make.devices(250, { kind: 'sim', make: 'O2', model: 'SIM' });
  const { page, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  await page.goto('/devices?kind=sim');
  await page.getByRole('link', { name: 'Print labels' }).click();
  await page.waitForURL(/labels\/print\?kind=sim/);
  t.match(await page.locator('.app-count').textContent(), '240 labels of 250 devices on 10 sheets');
  const pages = async () => {
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
    return [...pdf.matchAll(/\/MediaBox \[([^\]]+)\]/g)].map(([, box]) =>
      box!.split(' ').slice(2).map(Number),
    );
  };
  const a4 = await pages();
  t.equal(a4.length, 10);
  for (const [width, height] of a4) t.ok(Math.abs(width! - 595) < 1 && Math.abs(height! - 842) < 1, 'A4');
  await page.getByRole('link', { name: 'Next page' }).click();
  await page.waitForURL(/after=/);
  t.match(await page.locator('.app-count').textContent(), '10 labels of 250 devices on 1 sheet');
  await look('labels on a sheet');
  await page.getByLabel('Single labels').check();
  await page.getByRole('button', { name: 'Lay out again' }).click();
  await page.waitForURL(/layout=single/);
  const singles = await pages();
  t.equal(singles.length, 10, 'one a page, still those of the second page');
  for (const [width, height] of singles)
    t.ok(Math.abs(width! - 175.7) < 1 && Math.abs(height! - 82.2) < 1, '62 by 29 mm');
  await look('single labels');
  await page.goto('/labels');
  await look('the box for labels');
});

import { deflateSync } from 'node:zlib';
import t from 'tap';
import { changeScheme } from '../../src/scheme/scheme.commands.ts';
import { currentScheme, readScheme, schemeTag } from '../../src/scheme/scheme.queries.ts';
import { logoLimit, pictureIn, webAddress } from '../../src/scheme/scheme.rules.ts';
import { systemContext } from '../../src/shared/actor.ts';
import { createDatabase } from '../../src/shared/database.ts';
import { ownerOnLabels } from '../../src/stock/labels/label.queries.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);
const { app, as, db, deps, clock, appUrl } = await testApp(t, { SCHEME_PHONE: '020 7946 0000' });
const make = factories(deps);
const api = (
  method: 'GET' | 'PUT',
  payload?: object,
  ifMatch?: string,
  who: 'manager' | 'officer' = 'manager',
) =>
  app.inject({
    method,
    url: '/api/v1/scheme',
    headers: { ...as[who], ...(ifMatch && { 'if-match': ifMatch }) },
    ...(payload && { payload }),
  });
let second = 0;
const later = () => clock.set(`2026-11-23T09:31:${String(++second).padStart(2, '0')}Z`);

/** A PNG of one colour, as an encoder writes it. */
function png(width: number, height: number): Buffer {
  const table = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const crc = (bytes: Buffer) =>
    (bytes.reduce((c, byte) => table[(c ^ byte) & 255]! ^ (c >>> 8), 0xffffffff) ^ 0xffffffff) >>> 0;
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const ends = Buffer.alloc(8);
    ends.writeUInt32BE(data.length, 0);
    ends.writeUInt32BE(crc(body), 4);
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const rows = Buffer.concat(
    Array.from({ length: height }, () => Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, 0x55)])),
  );
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

t.test('a picture is what its bytes say', async (t) => {
  t.same(pictureIn(png(120, 40)), { type: 'image/png', width: 120, height: 40 });
  const jpeg = Buffer.from('ffd8ffe000044a46ffc0001108002000400301220002110103110100', 'hex');
  t.same(pictureIn(jpeg), { type: 'image/jpeg', width: 64, height: 32 });
  t.equal(pictureIn(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>')), null);
  t.equal(pictureIn(Buffer.from('GIF89a\x01\x00\x01\x00 and so on, for a while yet', 'latin1')), null);
  t.equal(pictureIn(Buffer.alloc(0)), null);
  t.equal(pictureIn(png(120, 40).subarray(0, 20)), null);
  t.equal(pictureIn(Buffer.from('ffd8ffe00002', 'hex')), null);
  t.equal(pictureIn(png(5000, 1)), null, 'too wide');
  t.equal(webAddress('lending.example.org'), 'https://lending.example.org');
  t.equal(webAddress('javascript:alert(1)'), null);
  t.equal(webAddress('not an address'), null);
});

t.test('the settings hold until a name is set, then the row alone', async (t) => {
  const first = await api('GET', undefined, undefined, 'officer');
  t.match(first.json(), { name: 'Test scheme', phone: '020 7946 0000', logo: null, isSet: false });
  const tag = String(first.headers.etag);
  t.equal((await api('PUT', { name: 'Camden Road Lending' })).statusCode, 428);
  t.equal((await api('PUT', { name: 'Camden Road Lending' }, tag, 'officer')).statusCode, 403);
  t.equal((await api('PUT', { name: ' ' }, tag)).statusCode, 422);
  t.match((await api('PUT', { name: 'x', website: 'no address' }, tag)).json().errors, [
    { pointer: '/website' },
  ]);
  later();
  const saved = await api('PUT', { name: 'Camden Road Lending', website: 'lending.example.org' }, tag);
  t.match(saved.json(), {
    name: 'Camden Road Lending',
    phone: null,
    website: 'https://lending.example.org',
    isSet: true,
  });
  t.equal((await api('PUT', { name: 'Another' }, tag)).statusCode, 412);
  const { fields, values } = await db
    .selectFrom('event')
    .select(['fields', 'values'])
    .where('type', '=', 'scheme.changed')
    .executeTakeFirstOrThrow();
  t.same(fields, ['name', 'phone', 'website']);
  t.same(values, {}, 'what it is called is not in the log');
});

t.test('two at once: one is kept, the other told', async (t) => {
  const tag = schemeTag(await readScheme(deps, db));
  later();
  const outcomes = await Promise.allSettled(
    ['One', 'Two'].map((name) => changeScheme(deps, { ...systemContext('test'), ifMatch: tag }, { name })),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  const [lost] = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  t.match(lost, { type: 'changed-meanwhile' });
});

t.test('another process shows the new name within seconds', async (t) => {
  const other = { config: deps.config, db: createDatabase(appUrl, 2, () => {}) };
  t.teardown(() => other.db.destroy());
  const before = await currentScheme(other);
  later();
  await api('PUT', { name: 'Seaview Lending' }, schemeTag(await readScheme(deps, db)));
  t.equal((await currentScheme(deps)).name, 'Seaview Lending', 'this one at once');
  t.not(before.name, 'Seaview Lending');
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  t.equal((await currentScheme(other)).name, 'Seaview Lending');
});

t.test('a telling name stays off labels', async (t) => {
  t.equal(await ownerOnLabels(deps), 'Seaview Lending');
  later();
  await api('PUT', { name: 'Mental health lending' }, schemeTag(await readScheme(deps, db)));
  t.equal(await ownerOnLabels(deps), null);
});

t.test('a manager names the scheme and gives it a logo; papers and pages show both', async (t) => {
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.manager);
  await page.goto('/settings');
  await page.getByRole('link', { name: 'Name and contact' }).click();
  await look('the scheme');
  const logo = (name: string, buffer: Buffer) =>
    page.getByLabel('A logo (optional)').setInputFiles({ name, mimeType: 'image/png', buffer });
  await page.getByLabel('Name', { exact: true }).fill('Camden Road Lending');
  await page.getByLabel('Phone number').fill('020 7946 0123');
  await page.getByLabel('When someone answers').fill('Weekdays, 9am to 5pm');
  await page.getByLabel('Email address').fill('lending@example.org');
  await logo('logo.png', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"></svg>'));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: /Choose a PNG or JPEG picture/ }).waitFor();
  t.equal(await page.getByLabel('Phone number').inputValue(), '020 7946 0123', 'what was typed is kept');
  await page.getByText('Choose the picture again').waitFor();
  await look('the scheme, refused');
  await logo('logo.png', Buffer.concat([png(10, 10), Buffer.alloc(logoLimit)]));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('link', { name: /at most 200 kB/ }).waitFor();
  later();
  await logo('logo.png', png(300, 100));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The scheme is saved.').waitFor();
  t.match(await page.locator('.app-header__scheme').textContent(), 'Camden Road Lending');
  await look('the scheme, saved');

  const src = (await page.locator('.app-header__logo').getAttribute('src'))!;
  const picture = await app.inject(src);
  t.match(picture.headers, { 'content-type': 'image/png', 'cache-control': /immutable/ });
  t.same(picture.rawPayload, png(300, 100));
  const again = await app.inject({ url: src, headers: { 'if-none-match': String(picture.headers.etag) } });
  t.equal(again.statusCode, 304);
  t.equal((await app.inject(`/scheme-logo/${'0'.repeat(32)}`)).statusCode, 404);

  const loan = await make.loan();
  await page.goto(`/loans/${loan.id}/agreement`);
  t.match(await page.locator('.app-paper').textContent(), /Camden Road Lending/);
  await page.getByText('Weekdays, 9am to 5pm').waitFor();
  await page.locator('.app-paper__logo').waitFor();
  await look('an agreement with a logo');

  const office = forms(app, as.officer);
  const seen = (await office.get('/settings/scheme')).body;
  t.match(seen, 'Managers and administrators change');
  t.notMatch(seen, 'enctype');

  await page.goto('/settings/scheme');
  await page.getByLabel('Email address').fill('mine@example.org');
  later();
  await api('PUT', { name: 'Named meanwhile' }, schemeTag(await readScheme(deps, db)));
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Someone else saved this while you wrote').waitFor();
  await page.getByRole('link', { name: 'Name says “Named meanwhile” by now' }).waitFor();
  t.equal(await page.getByLabel('Email address').inputValue(), 'mine@example.org');
  await look('the scheme, changed meanwhile');
  later();
  await page.getByLabel('Remove the logo').check();
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The scheme is saved.').waitFor();
  t.match(await readScheme(deps, db), { name: 'Camden Road Lending', email: 'mine@example.org', logo: null });
});

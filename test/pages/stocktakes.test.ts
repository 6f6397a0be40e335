import t from 'tap';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { newId } from '../../src/shared/ids.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { closeStocktake, startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

const { app, as, db, deps } = await testApp(t);
const make = factories(deps);
const { get, post } = forms(app, as.officer);
const none = await get('/stocktakes');

const addPlace = async (name: string) => (await addLocation(deps, officer, { name, kind: 'hub' })).id;
async function kept(locationId: string, count: number, status?: 'lost') {
  const devices = await make.readyDevices(count);
  await db
    .updateTable('device')
    .set({ location_id: locationId, ...(status && { status }) })
    .where(
      'id',
      'in',
      devices.map(({ id }) => id),
    )
    .execute();
  return devices;
}
const bannerOf = (reply: Awaited<ReturnType<typeof get>>) =>
  decodeURIComponent(reply.cookies.find(({ name }) => name === 'lendwell-banner')!.value);

t.test('starting: a double click is one, a second is told of the first', async (t) => {
  t.match(none.body, /no place is recorded yet/);
  const hub = await addPlace('Hub <1>');
  await kept(hub, 2);
  t.match((await get('/stocktakes')).body, /There has been no stocktake yet/);
  const bare = await post('/stocktakes', { locationId: '' });
  t.equal(bare.statusCode, 422);
  t.match(bare.body, /href="#locationId">\s*Choose a place/);
  const clicks = await Promise.all(
    [1, 2].map(() => post('/stocktakes', { locationId: hub, _once: 'start' })),
  );
  t.same(
    clicks.map(({ statusCode }) => statusCode),
    [303, 303],
  );
  t.equal(clicks[0]!.headers.location, clicks[1]!.headers.location);
  t.match(bannerOf(clicks[0]!), /has started\. 2 devices should be here/);
  const second = await post('/stocktakes', { locationId: hub });
  t.equal(second.statusCode, 409);
  t.match(second.body, /A stocktake of this location is open\. Go on with S-/);
  t.match(second.body, /Hub &lt;1&gt;/);
  t.match((await get('/stocktakes?status=closed')).body, /No stocktake is like this/);
  const auditor = forms(app, as.auditor);
  const shown = (await auditor.get(String(clicks[0]!.headers.location))).body;
  t.notMatch(shown, /Scan or type a label|Close the stocktake/, 'who only reads has no buttons');
  t.equal((await auditor.post('/stocktakes', { locationId: hub })).statusCode, 403);
  t.equal((await forms(app, as.supporter).get('/stocktakes')).statusCode, 403);
});

t.test('refusals keep the page and say what would help', async (t) => {
  const hub = await addPlace('Hub 2');
  const [one, two] = await kept(hub, 2);
  const [foreign] = await kept(await addPlace('Hub 3'), 1);
  const { id } = await startStocktake(deps, officer, { locationId: hub });
  const url = `/stocktakes/${id}`;
  t.match((await post(`${url}/scans`, { code: ' ' })).body, /Scan or type a label first/);
  const odd = await post(`${url}/scans`, { code: '<i>' });
  t.equal(odd.statusCode, 200);
  t.match(odd.body, /NOT ONE OF OURS[\s\S]*“&lt;i&gt;”/);
  const list = await post(`${url}/scans`, {
    codes: [one!.assetTag, one!.assetTag, foreign!.assetTag, 'x'].join('\r\n'),
  });
  t.match(list.body, /1 of 4 labels found/);
  t.match(
    list.body,
    /SCANNED ALREADY[\s\S]*UNEXPECTED[\s\S]*Keep [\w-]+ here from now on[\s\S]*NOT ONE OF OURS/,
  );
  t.match((await post(`${url}/losses`, { deviceIds: two!.id })).body, /Close S-\w+ first/);
  await closeStocktake(deps, officer, id);
  const late = await post(`${url}/scans`, { code: two!.assetTag });
  t.equal(late.statusCode, 409);
  t.match(late.body, /The stocktake is closed\. Start a new stocktake/);
  t.equal((await post(`${url}/closings`)).statusCode, 409);
  const nothing = await post(`${url}/losses`);
  t.equal(nothing.statusCode, 422);
  t.match(nothing.body, /href="#deviceIds">\s*Choose at least one device/);
  const mixed = await post(`${url}/losses`, { deviceIds: [two!.id, one!.id] });
  t.equal(mixed.statusCode, 409);
  t.match(mixed.body, new RegExp(`${one!.assetTag} is not missing`));
  t.match(mixed.body, new RegExp(`value="${two!.id}" checked`), 'the choice stays');
  t.match((await post(`${url}/moves`)).body, /Choose at least one device/);
  t.equal((await post(`${url}/found`, { deviceId: one!.id })).statusCode, 409);
  t.equal((await get(`/stocktakes/${newId()}`)).statusCode, 404);
  const done = await post(`${url}/losses`, { deviceIds: two!.id });
  t.match(bannerOf(done), `${two!.assetTag} is recorded as lost.`);
  const after = (await get(`${url}?verdict=missing`)).body;
  t.match(after, /Recorded as lost\./);
  t.notMatch(after, /Record as lost/, 'nothing is left to record');
});

t.test('a place with very many devices is never shown whole', async (t) => {
  const hub = await addPlace('Hub 4');
  await kept(hub, 60);
  const { id } = await startStocktake(deps, officer, { locationId: hub });
  const { body } = await get(`/stocktakes/${id}`);
  t.match(body, /<strong>0<\/strong> of 60 devices found/);
  t.equal(body.match(/href="\/devices\/[0-9a-f]/g)?.length, 50);
  t.match(body, new RegExp(`/stocktakes/${id}\\?verdict=expected&(amp;)?after=`));
});

t.test('stocktake: by scanner alone, then close and settle what is missing and unexpected', async (t) => {
  const hub = await addPlace('Camden Road');
  const library = await addPlace('Library');
  const [found, colleague, gone] = await kept(hub, 3);
  const [foreign] = await kept(library, 1);
  const [lost] = await kept(library, 1, 'lost');
  const { page, scan, look } = await signedInBrowser(
    t,
    await app.listen({ host: '127.0.0.1', port: 0 }),
    as.officer,
  );
  await page.goto('/stocktakes');
  await look('stocktakes');
  await page.getByLabel('Count the devices at').selectOption('Camden Road');
  await page.getByRole('button', { name: 'Start a stocktake' }).click();
  await page.getByText('3 devices should be here').waitFor();

  await scan(found!.assetTag.toLowerCase());
  await page.getByText(`FOUND ${found!.assetTag}`).waitFor();
  t.match(await page.title(), /^Found LW-/);
  await scan(found!.assetTag);
  await page.getByText(`SCANNED ALREADY ${found!.assetTag}`).waitFor();
  const id = /stocktakes\/([0-9a-f-]+)/.exec(page.url())![1]!;
  await recordScans(deps, officer, id, { codes: [colleague!.assetTag] });
  await scan(lost!.assetTag);
  await page.getByText(`UNEXPECTED ${lost!.assetTag}`).waitFor();
  await look('an unexpected scan');
  await page.getByRole('button', { name: `Record ${lost!.assetTag} as found` }).click();
  await page.getByText('It is kept here, to be prepared again').waitFor();
  await scan(foreign!.assetTag);
  await page.getByText('It is kept at Library. Take it there, or keep it here').waitFor();
  await page.getByText('2 of 3 devices found, 2 unexpected').waitFor();

  await page.getByText('Close the stocktake').first().click();
  await page.getByText('1 device not scanned yet').waitFor();
  await look('a stocktake about to close');
  await page.getByRole('button', { name: 'Close the stocktake' }).click();
  await page.getByText('is closed: 2 found, 1 missing, 2 unexpected').waitFor();
  await look('what is missing');
  await page.getByLabel(gone!.assetTag).check();
  await page.getByRole('button', { name: 'Record as lost' }).click();
  await page.getByText(`${gone!.assetTag} is recorded as lost.`).waitFor();
  await page.getByRole('link', { name: 'Unexpected 2' }).click();
  await look('what is unexpected');
  await page.getByLabel(foreign!.assetTag).check();
  await page.getByRole('button', { name: 'Keep here from now on' }).click();
  await page.getByText(`${foreign!.assetTag} is kept here from now on.`).waitFor();

  await page.goto(`/devices/${gone!.id}`);
  await page.getByText(/Recorded as lost: not seen at stocktake S-/).waitFor();
  await look('a lost device');
  await page.getByText('It is here again').click();
  await page.getByLabel('B, marks of use').check();
  await page.getByRole('button', { name: 'Record that it is here' }).click();
  await page.getByText('Found again. Every check is open again').waitFor();
});

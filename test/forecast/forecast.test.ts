import t from 'tap';
import { loadDemonstration } from '../../scripts/demonstration/load.ts';
import type { Forecast } from '../../src/office/forecast/forecast.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories } from '../helpers/factories.ts';
import { forms, signedInBrowser } from '../helpers/pages.ts';

t.setTimeout(400_000);
const { app, as, deps, clock } = await testApp(t);
const api = apiOf(app, as.officer);
const read = async (query = '') => {
  const { status, body } = await api('GET', `/forecast${query}`);
  t.equal(status, 200);
  return body as Forecast;
};
const partOf = ({ parts }: Forecast, key: string) => parts.find((part) => part.key === key)!;

await t.test('a scheme that has just begun is told what is missing, and until when', async (t) => {
  const { parts, known } = await read();
  t.strictSame(
    parts.map(({ key, asItIs }) => [key, asItIs]),
    [
      ['waiting-device', null],
      ['waiting-data', null],
      ['hours', null],
    ],
  );
  t.match(parts[0]!.missing[0], { what: 'weeks of history', have: 0, least: 26 });
  t.strictSame(known.dataEnds, []);
  const { body } = await forms(app, as.manager).get('/reports/ahead');
  t.match(body, 'Nothing can be said of this yet, and nothing is guessed');
});

await t.test('the demonstration has history enough for tablets, and the wishes move them', async (t) => {
  await loadDemonstration(deps);
  const forecast = await read();
  t.strictSame(await read(), forecast, 'the same day gives the same');
  const tablets = partOf(forecast, 'ready-tablet');
  const { body: list } = await api('GET', '/devices?kind=tablet&status=ready&limit=200');
  const { body: held } = await api('GET', '/devices?kind=tablet&status=reserved&limit=200');
  t.equal(tablets.now, list.items.length + held.items.length, 'those that stand ready or are held');
  t.equal(tablets.asItIs!.band.middle.length, 26);
  t.strictSame(tablets.whatIf, null);
  const laptops = partOf(forecast, 'ready-laptop');
  t.equal(laptops.asItIs, null);
  t.match(laptops.missing, [{ what: 'loans of this kind', least: 20 }]);

  const last = (wished: Forecast) => partOf(wished, 'ready-tablet').whatIf!.band.middle.at(-1)!;
  const [more, fewer] = [last(await read('?tablet=2')), last(await read('?tablet=-2'))];
  t.ok(fewer < more, `${fewer} to ${more}`);
});

await t.test('what came later changes nothing of an earlier day', async (t) => {
  const now = clock.now().toString();
  const before = await read();
  const made = factories(deps);
  clock.set(
    clock
      .now()
      .add({ hours: 24 * 3 })
      .toString(),
  );
  const [device] = await made.readyDevices(1);
  const referral = await made.waitingReferral();
  await made.loan({ referralId: referral.id, supportPlan: null, items: [{ deviceId: device!.id }] });
  clock.set(now);
  t.strictSame((await read()).parts, before.parts);
});

await t.test('a wish that is none is told at its field and keeps what was typed', async (t) => {
  t.match(await api('GET', '/forecast?tablet=lots'), { status: 400 });
  t.match(await api('GET', '/forecast?referrals=9999'), { status: 400 });
  t.equal((await apiOf(app, as.administrator)('GET', '/forecast')).status, 403);
  t.equal((await apiOf(app, as.supporter)('GET', '/forecast')).status, 403);
  const page = await forms(app, as.officer).get('/reports/ahead?tablet=lots');
  t.equal(page.statusCode, 422);
  t.match(page.body, 'value="lots"');
  t.match(page.body, 'Error:');
});

await t.test('someone asks what two tablets a month more would do', async (t) => {
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/reports');
  await page.getByRole('link', { name: 'What next' }).click();
  await page.getByLabel('Tablets a month').fill('2');
  await page.getByRole('button', { name: 'Show what if' }).click();
  await page.getByText('with what you asked').first().waitFor();
  await look('what next');
});

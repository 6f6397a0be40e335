import t from 'tap';
import type { EndReason } from '../../src/lending/loans/end-reason.rules.ts';
import { giftLoan } from '../../src/lending/loans/gift.commands.ts';
import { returnItems } from '../../src/lending/loans/return.commands.ts';
import { readReport } from '../../src/office/reports/report.queries.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, manager, officer } from '../helpers/factories.ts';
import { signedInBrowser } from '../helpers/pages.ts';

const { app, as, deps, clock } = await testApp(t);
clock.set('2026-11-23T09:00:00Z');
const make = factories(deps);
const api = apiOf(app, as.officer);
const [elm, oak] = [await make.clinic('Elm'), await make.clinic('Oak')];
const period = 'from=2026-11-01&to=2026-11-30';
const read = async (query = period) => {
  const { status, body } = await api('GET', `/reports/endings?${query}`);
  t.equal(status, 200);
  const rowsOf = (part: string) =>
    (body.parts as { key: string; rows: Record<string, unknown>[] }[]).find(({ key }) => key === part)!.rows;
  return {
    headline: body.headline.row,
    reasons: rowsOf('reasons'),
    kits: rowsOf('kits'),
    clinics: rowsOf('clinics'),
  };
};
const lend = async (clinicId: string, kinds: ('tablet' | 'dongle')[] = ['tablet']) => {
  const referral = await make.waitingReferral({ clinicId });
  const devices = [];
  for (const kind of kinds) devices.push(...(await make.readyDevices(1, { kind })));
  return make.loan({ referralId: referral.id, items: devices.map(({ id }) => ({ deviceId: id })) });
};
const back = (loanId: string, itemId: string, reason?: EndReason) =>
  returnItems(deps, officer, loanId, {
    items: [{ itemId, condition: 'B' }],
    ...(reason && { because: { reason } }),
  });

const noSignal = await lend(elm);
await back(noSignal.id, noSignal.items[0]!.id, 'no_signal');
const both = await lend(elm, ['tablet', 'dongle']);
await back(both.id, both.items[1]!.id, 'no_signal');
const quiet = await lend(oak);
await back(quiet.id, quiet.items[0]!.id);
const sold = await lend(oak);
await api('POST', `/loans/${sold.id}/incidents`, {
  itemId: sold.items[0]!.id,
  kind: 'sold',
  reportedOn: '2026-11-23',
});
const gift = await lend(oak);
await giftLoan(deps, manager, gift.id, { reason: 'It is needed for good' });
const replaced = await lend(oak);
const [next] = await make.readyDevices(1);
await api('POST', `/loans/${replaced.id}/incidents`, {
  itemId: replaced.items[0]!.id,
  kind: 'lost',
  reportedOn: '2026-11-23',
});
const { body: swap } = await api('POST', `/loans/${replaced.id}/replacements`, {
  itemId: replaced.items[0]!.id,
  deviceId: next!.id,
});
await back(replaced.id, swap.item.id, 'done');

t.test('why loans end, in all, by kit and by clinic; a loan that is still open does not count', async (t) => {
  const before = await read();
  t.same(before.headline, { ended: 5, known: 4, share: 80 });
  t.equal(both.items[0]!.status, 'on_loan');
  await back(both.id, both.items[0]!.id);
  const { headline, reasons, kits, clinics } = await read();
  t.same(headline, { ended: 6, known: 5, share: 83 });
  t.same(
    reasons,
    [
      { reason: 'Done with it', loans: 1, share: 17 },
      { reason: 'No signal where they are', loans: 2, share: 33 },
      { reason: 'Sold', loans: 1, share: 17 },
      { reason: 'Given to keep', loans: 1, share: 17 },
      { reason: 'Not said', loans: 1, share: 17 },
    ],
    'what was said of part of a loan counts, and not what was replaced',
  );
  t.match(kits, [
    { kit: 'Dongle and Tablet', reason: 'No signal where they are', loans: 1, share: 100 },
    { kit: 'Tablet', reason: 'Done with it', loans: 1, share: 20 },
    { kit: 'Tablet', reason: 'No signal where they are' },
    { kit: 'Tablet', reason: 'Sold' },
    { kit: 'Tablet', reason: 'Given to keep' },
    { kit: 'Tablet', reason: 'Not said' },
  ]);
  t.match(clinics, [
    { clinic: 'Elm', reason: 'No signal where they are', loans: 2, share: 100 },
    { clinic: 'Oak', reason: 'Done with it', loans: 1, share: 25 },
    { clinic: 'Oak', reason: 'Sold' },
    { clinic: 'Oak', reason: 'Given to keep' },
    { clinic: 'Oak', reason: 'Not said' },
  ]);
  t.match((await read(`${period}&clinicId=${elm}`)).headline, { ended: 2, known: 2 });
  t.match((await read('from=2026-10-01&to=2026-10-31')).headline, { ended: 0, known: 0, share: null });
});

t.test('what leaves the scheme tells of no few people', async (t) => {
  clock.set('2027-04-20T09:00:00Z');
  const { headline, parts } = await readReport(deps, officer.actor, 'endings', { suppressed: true });
  clock.set('2026-11-23T09:00:00Z');
  t.match(headline.row, { ended: '*', known: '*', share: '*' });
  t.same(
    parts.map(({ key }) => key),
    ['reasons'],
    'the same loans are not cut once more',
  );
  for (const row of parts[0]!.rows) t.match(row, { loans: '*', share: '*' });
  t.ok(parts[0]!.rows.length > 1);
});

t.test('a return that is taken back, and a reason that is put right, count as they stand', async (t) => {
  await api('POST', `/loan-items/${noSignal.items[0]!.id}/takings-back`, { reason: 'Another label' });
  t.match((await read()).headline, { ended: 5 });
  const { etag } = await api('GET', `/loans/${quiet.id}`);
  const put = await api(
    'PATCH',
    `/loan-items/${quiet.items[0]!.id}`,
    { because: { reason: 'too_much' } },
    { 'if-match': etag },
  );
  t.equal(put.status, 200);
  t.match(
    (await read()).reasons.map(({ reason }) => reason),
    ['Done with it', 'No signal where they are', 'Too much for now', 'Sold', 'Given to keep'],
  );
});

t.test('its page', async (t) => {
  const base = await app.listen({ port: 0, host: '127.0.0.1' });
  const { page, look } = await signedInBrowser(t, base, as.manager, { scripts: false });
  await page.goto(`${base}/reports/endings?${period}`);
  await page.getByRole('heading', { name: 'By kit' }).waitFor();
  await page.getByRole('cell', { name: 'Too much for now' }).first().waitFor();
  await look('why loans end');
});

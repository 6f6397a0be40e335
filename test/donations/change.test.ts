import t from 'tap';
import { issueLoan } from '../../src/lending/loans/issue.commands.ts';
import { takeBackIssue } from '../../src/lending/loans/taking-back.commands.ts';
import { readDonorReport } from '../../src/office/reports/donor-report.queries.ts';
import { addLocation } from '../../src/scheme/organisations/organisation.commands.ts';
import { fixedClock } from '../../src/shared/clock.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { changeDonation } from '../../src/stock/donations/change.commands.ts';
import type { DonationChange } from '../../src/stock/donations/change.schemas.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import { recordScans } from '../../src/stock/stocktakes/scan.commands.ts';
import { recordLosses } from '../../src/stock/stocktakes/settling.commands.ts';
import { closeStocktake, startStocktake } from '../../src/stock/stocktakes/stocktake.commands.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { app, as, deps, clock } = await testApp(t);
const make = factories(deps);
const api = apiOf(app, as.officer);
const tablet = { kind: 'tablet', make: 'Samsung', model: 'A8' } as const;

const record = (devices = 1, changes: object = {}) =>
  recordDonation(deps, officer, {
    donor: { name: 'Asda Camden' },
    receivedOn: '2026-11-10',
    another: true,
    devices: Array.from({ length: devices }, () => tablet),
    ...changes,
  });
const seen = (id: string) => api('GET', `/donations/${id}`);
async function change(id: string, body: DonationChange) {
  const { etag } = await seen(id);
  return api('PATCH', `/donations/${id}`, body, { 'if-match': etag });
}
const takeOut = (id: string, deviceId: string) => api('POST', `/donations/${id}/removals`, { deviceId });
const story = async (id: string) => {
  const page = await app.inject({ url: `/donations/${id}`, headers: as.officer });
  return page.body;
};
const at = (pointer: string, message: RegExp) => ({ status: 422, body: { errors: [{ pointer, message }] } });
/** What a donor’s page has once the half-year of these donations is over. */
const given = async (donorId: string) => {
  const later = { ...deps, clock: fixedClock('2027-05-01T09:00:00Z') };
  const { donations, devices, since } = await readDonorReport(later, officer.actor, donorId);
  return { donations, since, devices };
};

t.test(
  'what was written down wrong of a donation is corrected, and its donor’s figures follow',
  async (t) => {
    const hub = await addLocation(deps, officer, { name: 'Hub', kind: 'hub' });
    const { id, devices } = await record(2);
    const donorId = (await seen(id)).body.donor.id;
    t.match(await given(donorId), { donations: 1, since: '2026-11-10' });
    const done = await change(id, {
      donor: { name: 'Tesco' },
      receivedOn: '2026-11-03',
      reference: ' T-1 ',
      locationId: hub.id,
      notes: 'Came in two vans',
    });
    const now = {
      donor: { name: 'Tesco' },
      receivedOn: '2026-11-03',
      donorReference: 'T-1',
      location: { name: 'Hub' },
      notes: 'Came in two vans',
      deviceCount: 2,
    };
    t.match(done, { status: 200, body: now });
    t.match((await seen(id)).body, now);
    t.match((await api('GET', `/devices/${devices[0]!.id}`)).body, {
      cycleStartedOn: '2026-11-03',
      location: null,
    });
    t.match(await given(donorId), { donations: 0, since: null });
    t.match(await given(done.body.donor.id), { donations: 1, since: '2026-11-03' });
    const told = await story(id);
    t.match(told, /Details corrected: donor, day of arrival, donor’s reference, place and notes/);
    t.match(told, /It arrived on 3 November 2026, and not on 10 November 2026/);
    const emptied = await change(id, { reference: null, locationId: null, notes: null });
    t.match(emptied.body, { donorReference: null, location: null, notes: null });
  },
);

t.test('it wants the version that its author saw, and only who records donations may', async (t) => {
  const { id } = await record();
  const { etag } = await seen(id);
  clock.set('2026-11-23T09:31:00Z');
  t.equal((await api('PATCH', `/donations/${id}`, { notes: 'x' })).status, 428);
  t.equal((await api('PATCH', `/donations/${id}`, { notes: 'x' }, { 'if-match': etag })).status, 200);
  t.equal((await api('PATCH', `/donations/${id}`, { notes: 'y' }, { 'if-match': etag })).status, 412);
  const nobody = '/donations/0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.equal((await api('PATCH', nobody, { notes: 'x' }, { 'if-match': '*' })).status, 404);
  for (const [who, status] of [
    ['auditor', 403],
    ['integration', 200],
  ] as const) {
    const reply = await apiOf(app, as[who])('PATCH', `/donations/${id}`, { notes: who }, { 'if-match': '*' });
    t.equal(reply.status, status, who);
  }
});

t.test('it cannot have arrived in the future, nor after what happened to its devices', async (t) => {
  const { id, devices } = await record(1, { devices: [{ ...tablet, kind: 'sim' }] });
  const [device] = devices;
  t.match(await change(id, { receivedOn: '2026-11-24' }), at('/receivedOn', /in the future/));
  t.equal((await change(id, { receivedOn: '2026-11-20' })).status, 200, 'nothing has happened yet');
  await make.pass(device!.id, 'setup');
  await issueLoan(deps, officer, {
    referralId: (await make.waitingReferral()).id,
    items: [{ deviceId: device!.id }],
    agreement: { acceptedBy: 'verbal' },
  });
  clock.set('2026-11-23T09:40:00Z');
  t.equal((await change(id, { receivedOn: '2026-11-23' })).status, 200, 'the same day is no contradiction');
  const checked = await recordDonation(deps, officer, {
    donor: { name: 'Asda Camden' },
    receivedOn: '2026-11-10',
    another: true,
    devices: [{ ...tablet, kind: 'sim' }],
  });
  const early = await api('POST', `/devices/${checked.devices[0]!.id}/checks`, {
    kind: 'setup',
    result: 'pass',
    performedOn: '2026-11-12',
    evidence: {},
  });
  t.equal(early.status, 201);
  const { assetTag } = checked.devices[0]!;
  t.match(
    await change(checked.id, { receivedOn: '2026-11-13' }),
    at(
      '/receivedOn',
      new RegExp(`${assetTag} was checked on 12 November 2026. Give that day or an earlier one`),
    ),
  );
  t.equal((await change(checked.id, { receivedOn: '2026-11-12' })).status, 200);
  t.match(
    await change(checked.id, { donor: { name: 'A' }, donorId: checked.id }),
    at('/donor', /Give either/),
  );
  t.match(await change(checked.id, { donorId: checked.id }), at('/donorId', /no organisation/));
});

t.test('devices that were forgotten come into preparation with the rest', async (t) => {
  const { id } = await record();
  const path = `/donations/${id}/devices`;
  const added = await api('POST', path, { devices: [{ ...tablet, serialNumber: ' late1 ' }] });
  t.match(added, {
    status: 201,
    body: {
      id,
      devices: [{ status: 'in_preparation', openChecks: ['sanitisation', 'electrical', 'setup'] }],
    },
  });
  const { body } = await seen(id);
  t.match(body, { deviceCount: 2, devices: [{}, { serialNumber: 'LATE1' }] });
  const device = (await api('GET', `/devices/${added.body.devices[0].id}`)).body;
  t.match(device, { cycleStartedOn: '2026-11-10', donation: { id } });
  t.match(await story(id), /1 device added that had been forgotten/);
  const twice = await api('POST', path, { devices: [tablet, { ...tablet, serialNumber: 'LATE1' }] });
  t.match(twice, {
    status: 409,
    body: {
      type: '/problems/device-identifier-in-use',
      errors: [{ pointer: '/devices/1/serialNumber', message: /Already in stock/ }],
    },
  });
  t.equal((await seen(id)).body.deviceCount, 2, 'all or none');
  t.equal((await api('POST', path, { devices: [] })).status, 422);
});

t.test('a device that was never there is taken out, and nothing counts it', async (t) => {
  const { id, devices } = await record(2);
  const donorId = (await seen(id)).body.donor.id;
  const before = await given(donorId);
  const [first, second] = devices;
  const out = await takeOut(id, first!.id);
  t.match(out, { status: 201, body: { deviceCount: 1, devices: [{ id: second!.id }] } });
  t.equal((await api('GET', `/devices/${first!.id}`)).status, 404);
  t.equal((await given(donorId)).devices, before.devices - 1);
  t.match(
    await story(id),
    new RegExp(`${first!.assetTag} \\(tablet\\) taken out: it was recorded by mistake`),
  );
  t.equal((await takeOut(id, first!.id)).status, 422, 'it is gone');
  t.equal((await takeOut(id, 'x')).status, 422);
  t.equal((await api('POST', `/donations/${id}/removals`, { assetTag: second!.assetTag })).status, 201);
  t.equal((await given(donorId)).donations, before.donations - 1, 'a donation of nothing is none');
});

t.test('what was there is not taken out', async (t) => {
  const hub = await addLocation(deps, officer, { name: 'Store', kind: 'hub' });
  const { id, devices } = await record(4, { locationId: hub.id });
  const [checked, fitted, missed, scanned] = devices.map((device) => device.id);
  const refused = (detail: RegExp) => ({
    status: 409,
    body: { type: '/problems/donation-change-refused', detail },
  });
  await make.pass(checked!, 'setup');
  t.match(
    await takeOut(id, checked!),
    refused(/A check of it was recorded on 23 November 2026, so it was there/),
  );
  await fitDataPlan(deps, officer, fitted!, {
    network: 'O2',
    iccid: '8944116059799981699',
    gbPerMonth: null,
    durationMonths: 1,
  });
  t.match(await takeOut(id, fitted!), refused(/A SIM is recorded in it. Take that out first/));
  const stocktake = await startStocktake(deps, officer, { locationId: hub.id });
  await recordScans(deps, officer, stocktake.id, { codes: [devices[3]!.assetTag] });
  await closeStocktake(deps, officer, stocktake.id);
  t.match(await takeOut(id, scanned!), refused(/A stocktake saw it on 23 November 2026/));
  await recordLosses(deps, officer, stocktake.id, { deviceIds: [missed!] });
  t.equal((await takeOut(id, missed!)).status, 201, 'what a stocktake only missed may never have been there');
  const loan = await make.loan();
  const lent = loan.items[0]!.deviceId;
  const donation = (await api('GET', `/devices/${lent}`)).body.donation.id;
  t.match(await takeOut(donation, lent), refused(/It was lent, so it was there/));
  t.match(await takeOut(id, lent), at('/deviceId', /has no such device/));
  await takeBackIssue(deps, officer, loan.id, { reason: 'wrong_device' });
  for (const check of (await api('GET', `/devices/${lent}`)).body.checks)
    await api('POST', `/checks/${check.id}/takings-back`, { reason: 'Another one' });
  t.match(await takeOut(donation, lent), refused(/A loan of it was recorded, and its story stays/));
});

t.test('what was lent on one day did not arrive on a later one', async (t) => {
  const { donation } = (await api('GET', `/devices/${(await make.loan()).items[0]!.deviceId}`)).body;
  clock.set('2026-11-27T10:00:00Z');
  const onDay = (receivedOn: string) =>
    changeDonation(deps, { ...officer, ifMatch: '*' }, donation.id, { receivedOn });
  t.match((await refusal(onDay('2026-11-25'))).errors, [
    { pointer: '/receivedOn', message: /was (checked|lent) on 23 November 2026/ },
  ]);
  t.match(await onDay('2026-11-22'), { receivedOn: '2026-11-22' });
  t.match(await onDay('2026-11-23'), { receivedOn: '2026-11-23' });
});

import t from 'tap';
import { readAssetTag } from '../../src/shared/codes.ts';
import { faultOf } from '../../src/shared/reading.ts';
import { fitDataPlan } from '../../src/stock/data-plans/data-plan.commands.ts';
import { expiryOf } from '../../src/stock/data-plans/data-plan.rules.ts';
import { listDevices } from '../../src/stock/devices/device.queries.ts';
import { readImeiOf } from '../../src/stock/devices/device.rules.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import { getDonation, listDonations } from '../../src/stock/donations/donation.queries.ts';
import type { NewDonation } from '../../src/stock/donations/donation.schemas.ts';
import { testDatabase } from '../helpers/database.ts';
import { factories, officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';

const { db, deps } = await testDatabase(t);
const make = factories(deps);
const tablet = { kind: 'tablet', make: 'Samsung', model: 'Galaxy Tab A8' } as const;
const donation = (changes: Partial<NewDonation> = {}): NewDonation => ({
  donor: { name: 'Asda Camden' },
  receivedOn: '2026-11-20',
  devices: [tablet],
  ...changes,
});

t.test(
  'each device gets an asset tag and is in preparation with its checks open, in the order given',
  async (t) => {
    const recorded = await recordDonation(
      deps,
      officer,
      donation({
        devices: [
          { ...tablet, serialNumber: ' abc1 ' },
          { ...tablet, kind: 'sim', make: 'O2', model: 'SIM' },
        ],
      }),
    );
    t.match(recorded.devices, [
      { status: 'in_preparation', openChecks: ['sanitisation', 'electrical', 'setup'] },
      { status: 'in_preparation', openChecks: ['setup'] },
    ]);
    for (const { assetTag } of recorded.devices) t.equal(readAssetTag(assetTag), assetTag);
    const kept = await getDonation(db, recorded.id, '2026-11-23');
    t.same(
      kept.devices.map(({ id }) => id),
      recorded.devices.map(({ id }) => id),
    );
    t.equal(kept.devices[0]!.serialNumber, 'ABC1');
    t.match(kept, { donor: { name: 'Asda Camden' }, deviceCount: 2, reference: recorded.reference });
  },
);

t.test('a donor is found by name whatever the case, or added', async (t) => {
  const ids = await Promise.all(
    ['Tesco Kentish Town', 'TESCO kentish town'].map(
      async (name) => (await recordDonation(deps, officer, donation({ donor: { name }, another: true }))).id,
    ),
  );
  const [one, two] = await Promise.all(ids.map((id) => getDonation(db, id, '2026-11-23')));
  t.same(one!.donor, two!.donor);
});

t.test('every fault is told where it is, and nothing is kept', async (t) => {
  const before = await listDonations(db, { limit: 200 });
  const problem = await refusal(
    recordDonation(
      deps,
      officer,
      donation({
        devices: [
          { ...tablet, imei: '350000000000001' },
          { ...tablet, serialNumber: 'TWICE' },
          { ...tablet, make: 'SAMSUNG', serialNumber: 'twice' },
        ],
      }),
    ),
  );
  t.match(problem, {
    type: 'invalid',
    errors: [{ pointer: '/devices/0/imei' }, { pointer: '/devices/2/serialNumber', message: /device 2/ }],
  });
  t.match(await refusal(recordDonation(deps, officer, donation({ receivedOn: '2026-11-24' }))), {
    errors: [{ pointer: '/receivedOn' }],
  });
  t.match(await refusal(recordDonation(deps, officer, donation({ donor: undefined }))), {
    errors: [{ pointer: '/donor' }],
  });
  const nobody = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
  t.match(await refusal(recordDonation(deps, officer, donation({ donor: undefined, donorId: nobody }))), {
    errors: [{ pointer: '/donorId' }],
  });
  t.match(await refusal(recordDonation(deps, officer, donation({ locationId: nobody }))), {
    errors: [{ pointer: '/locationId' }],
  });
  t.same(await listDonations(db, { limit: 200 }), before);
});

t.test('a device in stock is not taken in twice, even by eight at once', async (t) => {
  const input = donation({ devices: [{ ...tablet, imei: '260531793113837' }] });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 8 }, () => recordDonation(deps, officer, input)),
  );
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
  const { assetTag } = (await listDevices(db, { limit: 1 }, '2026-11-23')).items[0]!;
  t.match(await refusal(recordDonation(deps, officer, input)), {
    type: 'device-identifier-in-use',
    errors: [{ pointer: '/devices/0/imei', message: `Already in stock as ${assetTag}.` }],
  });
});

t.test('an IMEI has 15 digits and a check digit', async (t) => {
  t.same(readImeiOf('26 053179 311383 7'), { value: '260531793113837' });
  for (const not of ['260531793113838', '26053179311383', '2605317931138370', '3.59013E+14', ''])
    t.type(faultOf(readImeiOf(not)), 'string', not);
});

t.test('lists go on where they stopped, though rows arrive meanwhile', async (t) => {
  const made = await make.devices(5, { kind: 'laptop', make: 'Dell', model: 'Latitude' });
  const first = await listDevices(db, { limit: 3, kind: 'laptop' }, '2026-11-23');
  await make.devices(2, { kind: 'laptop', make: 'Dell', model: 'Latitude' });
  const second = await listDevices(db, { limit: 3, kind: 'laptop', after: first.next! }, '2026-11-23');
  t.same(
    [...first.items, ...second.items].map(({ id }) => id),
    made.map(({ id }) => id).reverse(),
  );
  t.equal(second.next, null);
  for (const after of ['x', 'bm90anNvbg', Buffer.from('["no"]').toString('base64url')]) {
    t.match(await refusal(listDevices(db, { limit: 3, after }, '2026-11-23')), {
      type: 'bad-query',
      errors: [{ pointer: 'after' }],
    });
  }
});

t.test(
  'a data plan runs from its activation; an ICCID that fails its check digit is taken with a warning',
  async (t) => {
    t.equal(expiryOf('2026-01-31', 1), '2026-02-28');
    const [dongle, other] = await make.devices(2, { kind: 'dongle' });
    const plan = {
      network: 'O2',
      iccid: '8944116059799981690',
      gbPerMonth: 25,
      durationMonths: 12,
      activatedOn: '2026-11-20',
      msisdn: '07700 900200',
    };
    t.match(await fitDataPlan(deps, officer, dongle!.id, plan), {
      expiresOn: '2027-11-20',
      warnings: [/ICCID/],
    });
    t.match(await refusal(fitDataPlan(deps, officer, other!.id, plan)), {
      type: 'data-plan-in-use',
      message: new RegExp(`This SIM is in ${dongle!.assetTag}`),
    });
    t.match(
      await refusal(fitDataPlan(deps, officer, dongle!.id, { ...plan, iccid: '8944116059799981699' })),
      { type: 'data-plan-in-use', message: /A SIM is in/ },
    );
    t.match(await refusal(fitDataPlan(deps, officer, other!.id, { ...plan, msisdn: '12' })), {
      errors: [{ pointer: '/msisdn' }],
    });
  },
);

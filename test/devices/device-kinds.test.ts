import { sql } from 'kysely';
import t from 'tap';
import { issueWarnings } from '../../src/lending/loans/loan.rules.ts';
import { needsMet } from '../../src/referrals/needs-met.rules.ts';
import {
  canHoldData,
  deviceKinds,
  isPersonal,
  kindName,
  kindsThatMeet,
  kindsToType,
  wantsDataPlan,
} from '../../src/stock/devices/device-kinds.rules.ts';
import { issueVerdict, type ScannedDevice } from '../../src/stock/devices/scan.rules.ts';
import { testDatabase } from '../helpers/database.ts';

const ready = (kind: ScannedDevice['kind']): ScannedDevice => ({
  id: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
  assetTag: 'LW-0001',
  kind,
  make: 'Made',
  model: 'Up',
  status: 'ready',
  condition: 'A',
  locationId: null,
  openChecks: [],
  hasDataPlan: false,
  hasActiveData: false,
  dataExpiresOn: null,
  unfit: [],
  heldFor: null,
  hasOpenCheck: false,
  loan: null,
});

t.test('whether there should be a data plan in it has one answer', async (t) => {
  t.same(deviceKinds.filter(wantsDataPlan), ['dongle', 'router', 'sim']);
  for (const kind of deviceKinds) {
    const device = ready(kind);
    const scanned = issueVerdict({ code: device.assetTag, device, among: [] }, null).text;
    t.equal(scanned, wantsDataPlan(kind) ? 'No data plan is recorded for it.' : '', `${kind}: at the scan`);
    t.same(
      issueWarnings([device], null, true),
      wantsDataPlan(kind) ? ['No data plan is recorded for LW-0001.'] : [],
      `${kind}: at the issue`,
    );
    t.same(needsMet([device]), wantsDataPlan(kind) ? ['data'] : ['device'], kind);
  }
});

t.test('kinds in words, and what is in them', async (t) => {
  t.same(deviceKinds.map(kindName), ['Tablet', 'Phone', 'Laptop', 'Dongle', 'Router', 'SIM']);
  t.equal(kindsThatMeet('device'), 'tablet, phone or laptop');
  t.equal(kindsThatMeet('data'), 'dongle, router or SIM');
  t.equal(kindsToType(), 'tablet, phone, laptop, dongle, router or sim');
  t.same(deviceKinds.filter(isPersonal), ['tablet', 'phone', 'laptop']);
  t.same(
    deviceKinds.filter((kind) => !canHoldData(kind)),
    ['sim'],
  );
});

t.test('the kinds are those that the database knows, and each has checks to pass', async (t) => {
  const { db } = await testDatabase(t);
  const { rows } = await sql<{ text: string }>`
    select pg_get_constraintdef(oid) as text from pg_constraint where conname in ('device_kind_check', 'kit_line_device_kind_check')`.execute(
    db,
  );
  t.equal(rows.length, 2);
  for (const { text } of rows)
    t.same([...text.matchAll(/'([^']+)'::text/g)].map(([, kind]) => kind).toSorted(), deviceKinds.toSorted());
  const { rows: checked } = await sql<{
    kind: string;
  }>`select distinct device_kind as kind from required_check`.execute(db);
  t.same(checked.map(({ kind }) => kind).toSorted(), deviceKinds.toSorted());
});

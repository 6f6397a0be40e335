import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import t from 'tap';
import { csvOf } from '../../src/shared/csv.ts';
import { readSheetFile } from '../../src/shared/sheet-file.ts';
import { decodeCsv } from '../../src/shared/sheet-text.rules.ts';
import { xlsxOf } from '../../src/shared/xlsx.ts';
import { filesOf } from '../../src/shared/zip.ts';
import { eachDevice } from '../../src/stock/devices/device.queries.ts';
import { recordDonation } from '../../src/stock/donations/donation.commands.ts';
import { importDonation } from '../../src/stock/donations/import.commands.ts';
import { readImport } from '../../src/stock/donations/import.rules.ts';
import { testApp } from '../helpers/app.ts';
import { factories, officer } from '../helpers/factories.ts';

const { app, as, db, deps, ids } = await testApp(t);
const spreadsheet = decodeCsv(readFileSync(path.join(import.meta.dirname, '../fixtures/donation.csv')));
const donation = { donor: { name: 'Asda Camden' }, receivedOn: '2026-11-20' };
const taken = await importDonation(deps, officer, { csv: spreadsheet, ...donation }, true);
const [ready] = await factories(deps).readyDevices(1, { make: 'Nokia', model: 'Mark "2", blue' });
const readBack = (file: string): Record<string, string>[] => parse(file, { bom: true, columns: true });
const take = (query: string, headers = as.officer) =>
  app.inject({ url: `/devices/export.csv${query}`, headers });

t.test('a formula that came in with a spreadsheet goes out as plain text', async (t) => {
  const reply = await take('');
  t.equal(reply.statusCode, 200);
  t.match(reply.headers, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': 'attachment; filename="devices-2026-11-23.csv"',
    'cache-control': 'no-store',
  });
  t.ok(reply.body.startsWith('\ufeffAsset tag,Type,Make,'));
  const rows = readBack(reply.body);
  t.equal(rows.length, taken.donation.devices.length + 1);
  const cells = rows.flatMap((row) => Object.values(row));
  t.ok(
    cells.some((cell) => cell.startsWith("'=HYPERLINK(")),
    'it is there, behind an apostrophe',
  );
  t.same(
    cells.filter((cell) => /^[=+\-@\t\r]/.test(cell)),
    [],
    'and nothing begins as a formula does',
  );
  t.match(rows[0], {
    Make: 'Nokia',
    Model: 'Mark "2", blue',
    Status: 'ready',
    Donor: 'Asda Camden',
    'Open checks': '',
  });
  t.match(rows[1], { Status: 'being prepared', 'Open checks': /electrical/ });
  t.equal(readImport(reply.body).lines.length, rows.length, 'an import knows its columns');
});

const odd = [
  {
    make: 'Łódź & Co <b>',
    model: 'Tab 10.1" "wide", blue',
    serialNumber: '0008944110000000123',
    notes: 'one\ntwo',
  },
  { make: '=1+1', model: '007', serialNumber: '1E5', imei: '352099001761481', notes: '=HYPERLINK("x")' },
  { make: "'t Tab", model: '2026-13-40', serialNumber: '_X0041_', condition: 'B' as const },
].map((device) => ({ kind: 'tablet' as const, ...device }));

t.test('what goes out as a file comes in again as it was, in either form', async (t) => {
  const { id } = await recordDonation(deps, officer, {
    ...donation,
    reference: 'Odd values',
    devices: odd,
  });
  for (const format of ['csv', 'xlsx']) {
    const reply = await app.inject({
      url: `/devices/export.${format}?donationId=${id}`,
      headers: as.officer,
    });
    const { lines } = readImport((await readSheetFile(reply.rawPayload)).text);
    t.same(
      lines.map(({ device }) => device).sort((one, other) => (one.model! < other.model! ? 1 : -1)),
      odd.toSorted((one, other) => (one.model < other.model ? 1 : -1)),
      format,
    );
    t.same(
      lines.flatMap(({ faults }) => faults),
      [],
    );
  }
});

t.test(
  'a workbook has text as text, days as days and numbers as numbers, and says when it is full',
  async (t) => {
    const rows = [
      { id: '0007', day: '2026-08-06', count: 3 },
      { id: '8944110000000000123', day: 'soon', count: null },
      { id: 'third', day: null, count: 0 },
    ];
    const columns = { id: 'Id', day: { date: 'Day' }, count: 'Count' };
    const bytes = Buffer.concat(await Array.fromAsync(await xlsxOf(columns, rows)));
    const xml = filesOf(bytes).get('xl/worksheets/sheet1.xml')!.read(1e6).toString();
    t.match(xml, /<c r="A2" s="\d+" t="inlineStr"><is><t xml:space="preserve">0007</);
    t.match(xml, /<c r="B2" s="\d+"><v>46240<\/v><\/c><c r="C2"><v>3</);
    t.notMatch(xml, /<f/);
    t.equal(
      (await readSheetFile(bytes)).text,
      'Id,Day,Count\n0007,2026-08-06,3\n8944110000000000123,soon,\nthird,,0\n',
    );
    const full = Buffer.concat(await Array.fromAsync(await xlsxOf(columns, rows, 3)));
    t.match((await readSheetFile(full)).text, /0007,.*\nA sheet holds no more rows\. Take the list as CSV/);
    const broken = async function* () {
      yield rows[0]!;
      throw new Error('the database is away');
    };
    await t.rejects(Array.fromAsync(await xlsxOf(columns, broken())), { message: 'the database is away' });
  },
);

t.test('the file has what the list is narrowed to, and is written down with who took it', async (t) => {
  const before = await exported();
  t.equal(readBack((await take('?status=ready')).body).length, 1);
  t.equal(readBack((await take('?kind=router&status=ready')).body).length, 0);
  const ofDonation = readBack((await take(`?donationId=${taken.donation.id}`)).body);
  t.equal(ofDonation.length, taken.donation.devices.length);
  t.notOk(ofDonation.some((row) => row['Asset tag'] === ready!.assetTag));
  t.same((await exported()).slice(before.length), [1, 0, taken.donation.devices.length]);
  t.equal((await take('?limit=5')).statusCode, 400);
  t.equal((await take('', as.auditor)).statusCode, 403);
  const list = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/devices?status=ready&kind=tablet', headers })).body;
  t.match(await list(as.manager), 'href="/devices/export.csv?status=ready&amp;kind=tablet"');
  t.notMatch(await list(as.auditor), '/devices/export.csv', 'who may not is not offered it');
  const log = await app.inject({ url: '/api/v1/events?limit=1', headers: as.manager });
  t.match(log.json().items[0], { type: 'devices.exported', subjects: [{ type: 'staff', id: ids.officer }] });
});

t.test('rows are read page by page, each once, and only as they are taken', async (t) => {
  const seen: string[] = [];
  for await (const { assetTag } of eachDevice(db, {}, '2026-11-23', 7)) seen.push(assetTag);
  t.equal(new Set(seen).size, taken.donation.devices.length + 1 + odd.length);
  t.equal(seen.length, new Set(seen).size);
  let asked = 0;
  async function* endless() {
    for (;;) yield { a: `${++asked} ${'x'.repeat(1000)}` };
  }
  const file = csvOf({ a: 'A' }, endless());
  for await (const chunk of file) {
    t.ok(chunk.length);
    break;
  }
  t.ok(asked < 1000, `${asked} rows were read for the first part`);
});

async function exported() {
  const rows = await db
    .selectFrom('event')
    .select('values')
    .where('type', '=', 'devices.exported')
    .orderBy('id')
    .execute();
  return rows.map(({ values }) => (values as { count: number }).count);
}

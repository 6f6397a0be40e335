import { readFileSync } from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { forgetWhatIsOver } from '../../src/privacy/forgetting.commands.ts';
import { xlsxType } from '../../src/shared/sheet-file.ts';
import { decodeCsv } from '../../src/shared/sheet-text.rules.ts';
import { importDonation, previewImport } from '../../src/stock/donations/import.commands.ts';
import { readImport } from '../../src/stock/donations/import.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { officer } from '../helpers/factories.ts';
import { refusal } from '../helpers/refusal.ts';
import { textRow, workbook } from '../helpers/workbook.ts';

const { app, as, clock, db, deps } = await testApp(t);
const file = readFileSync(path.join(import.meta.dirname, '../fixtures/donation.csv'));
const donation = { donor: { name: 'Asda Camden' }, receivedOn: '2026-11-20' };
const stock = async () =>
  (await db.selectFrom('device').select(db.fn.countAll<number>().as('n')).executeTakeFirstOrThrow()).n;
const faultsOf = (lines: { row: number; faults: { column: string; message: string }[] }[]) =>
  lines.flatMap(({ row, faults }) => faults.map(({ column, message }) => `${row} ${column}: ${message}`));

t.test('the preview of a real spreadsheet tells each faulty line in words, and saves nothing', async (t) => {
  const preview = await previewImport(deps, decodeCsv(file));
  t.same(faultsOf(preview.lines), [
    '17 Condition: “very good” is not a condition. Give A (like new), B (marks of use) or C (worn but working).',
    '96 Make: The make is missing.',
    '96 Model: The model is missing.',
    '98 Type: “Tabelt” is not a kind of device. Did you mean tablet?',
    '106 IMEI: This IMEI has a wrong digit. Dial *#06# on the device, or leave it empty.',
    '117 Serial No.: The same as row 3.',
    '125 IMEI: The spreadsheet has shortened this number. Format the column as text and type it again.',
  ]);
  t.equal(preview.faulty, 6);
  t.equal(preview.ready + preview.faulty, preview.lines.length);
  t.same(preview.unusedColumns, []);
  t.equal(await stock(), 0);
});

t.test('all or nothing, unless the faulty lines are left out', async (t) => {
  const csv = decodeCsv(file);
  const problem = await refusal(importDonation(deps, officer, { csv, ...donation }, false));
  t.match(problem, { type: 'import-refused', status: 409 });
  t.equal((problem.extra.lines as unknown[]).length, 6);
  t.equal(await stock(), 0);
  const { donation: saved, lines } = await importDonation(deps, officer, { csv, ...donation }, true);
  t.equal(saved.devices.length, lines.length - 6);
  t.equal(await stock(), lines.length - 6);
  const kept = await db
    .selectFrom('device')
    .selectAll()
    .where('serial_number', '=', 'NPNFMV0Z2KS')
    .executeTakeFirst();
  t.ok(kept, 'a serial number with spaces and small letters is tidied');
  const quoted = await db
    .selectFrom('device')
    .select('notes')
    .where('serial_number', '=', '5B1YV9EHRGF')
    .executeTakeFirstOrThrow();
  t.match(quoted.notes, 'quoted "text", with a comma\nand a line break');
  const again = await previewImport(deps, csv);
  t.equal(again.ready, 0, 'a second import finds each already in stock');
  t.match(again.lines[0]!.faults, [{ column: 'IMEI', message: /Already in stock as LW-/ }]);
});

t.test('what is not such a file is refused in words', async (t) => {
  for (const [csv, message] of [
    ['', /Missing: Type, Make, Model/],
    ['a,b\n1,2', /Missing: Type, Make, Model/],
    ['Type,Make,Model\n', /no rows/],
    ['Type,Make,Model\n"unclosed', /In line 2 a cell begins with a quote/],
    [`Type,Make,Model\n${'tablet,A,B\n'.repeat(2001)}`, /at most 2000/],
  ] as const) {
    t.match(await refusal(previewImport(deps, csv)), {
      type: 'invalid',
      errors: [{ pointer: '/csv', message }],
    });
  }
});

t.test('rows are numbered as the spreadsheet numbers them, empty ones included', async (t) => {
  const { lines } = await previewImport(
    deps,
    'Type,Make,Model,Serial No.,Notes\r\n\r\ntablet,Acme,One,E1,"two\r\nlines"\r\n,,,,\r\ntablet,Acme,One,E1,\r\n',
  );
  t.match(lines, [
    { row: 3, textLine: 3, verdict: 'ready', device: { notes: 'two\nlines' } },
    { row: 5, textLine: 6, faults: [{ message: 'The same as row 3.' }] },
  ]);
  const sparse = `Type,Make,Model\n${',,\n'.repeat(60_000)}tablet,Acme,One\n`;
  t.match(await refusal(previewImport(deps, sparse)), { errors: [{ message: /at most 2000/ }] });
});

t.test('headings, separators and encodings as spreadsheets write them', async (t) => {
  const { lines, unusedColumns } = readImport(
    '\ufeffKIND;Manufacturer;model;Serial Number;Colour\r\nTablet;Café;X;s1;red\r\n',
  );
  t.match(lines[0], {
    row: 2,
    verdict: 'ready',
    device: { kind: 'tablet', make: 'Café', serialNumber: 's1' },
  });
  t.same(unusedColumns, ['Colour']);
  const text = readImport('Type,Make,Model,Notes\ntablet,Samsung,A8; 2021,Cracked; no box\n');
  t.match(text.lines[0], { verdict: 'ready', device: { model: 'A8; 2021', notes: 'Cracked; no box' } });
  t.equal(readImport('Type\tMake\tModel\nphone\tNokia\tA, B').lines[0]!.device.model, 'A, B');
  t.equal(decodeCsv(Buffer.from('Caf\xe9', 'latin1')), 'Café');
  t.equal(decodeCsv(Buffer.from('\ufeffCafé', 'utf16le')), 'Café');
  t.match(readImport('Type,Make,Model,Charger,SIM (ICCID)\nrouter,J,Get Box,maybe,123').lines[0]!.faults, [
    { column: 'Charger' },
    { column: 'SIM (ICCID)' },
  ]);
  t.match(
    readImport('Type,Make,Model,Charger,SIM (ICCID)\nrouter,J,Get Box,N,8944116059799981690').lines[0],
    {
      device: { notes: 'No charger came with it.\nSIM (ICCID): 8944116059799981690' },
      remarks: [/notes/, /ICCID/],
    },
  );
});

t.test('over the API a workbook is taken by its own type, and by that of a CSV file', async (t) => {
  const send = (payload: Buffer, type: string, more = '&preview=true') =>
    app.inject({
      method: 'POST',
      url: `/api/v1/donations/imports?donor=Book%20Shop&receivedOn=2026-11-20${more}`,
      headers: { ...as.officer, 'content-type': type },
      payload,
    });
  const heading = textRow(1, 'Type', 'Make', 'Model', 'Serial No.');
  const bytes = workbook({ Stock: heading + textRow(3, 'tablet', 'Acme', 'Book', '007'), Old: heading });
  for (const type of [xlsxType, 'text/csv'])
    t.match((await send(bytes, type)).json(), {
      ready: 1,
      sheetsNotRead: ['Old'],
      lines: [{ row: 3, verdict: 'ready' }],
    });
  t.match((await send(Buffer.from('Type,Make,Model\ntablet,A,B\n'), xlsxType)).json(), { ready: 1 });
  t.match((await send(Buffer.from('%PDF-1.7'), xlsxType)).json(), {
    status: 422,
    errors: [{ pointer: '/csv', message: /^This is a PDF/ }],
  });
  const done = await send(bytes, xlsxType, '');
  t.match(done.json(), { sheetsNotRead: ['Old'], donation: { devices: [{ status: 'in_preparation' }] } });
  const device = await db
    .selectFrom('device')
    .select('serial_number')
    .orderBy('id', 'desc')
    .executeTakeFirst();
  t.match(device, { serial_number: '007' });
});

t.test('over the API: preview, refusal, import, and the same answer to a repeat', async (t) => {
  const query = 'donor=Big%20Shop&receivedOn=2026-11-20';
  const send = (more: string, payload: string, headers = {}) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/donations/imports?${query}${more}`,
      headers: { ...as.officer, 'content-type': 'text/csv', ...headers },
      payload,
    });
  const csv = 'Type,Make,Model,Serial No.\ntablet,Acme,One,API1\ntablet,Acme,,API2\n';
  t.match((await send('&preview=true', csv)).json(), {
    ready: 1,
    faulty: 1,
    lines: [
      { row: 2, verdict: 'ready' },
      { row: 3, faults: [{ column: 'Model' }] },
    ],
  });
  t.match((await send('', csv)).json(), { type: '/problems/import-refused', lines: [{ row: 3 }] });
  const headers = { 'idempotency-key': 'import-1' };
  const first = await send('&partial=true', csv, headers);
  t.equal(first.statusCode, 201);
  const again = await send('&partial=true', csv, headers);
  t.same(again.json(), first.json());
  t.equal(again.headers['idempotent-replayed'], 'true');
  t.equal((await send('&preview=perhaps', csv)).statusCode, 400);
  t.equal(
    (
      await app.inject({
        method: 'POST',
        url: '/api/v1/donations',
        headers: { ...as.officer, 'content-type': 'text/csv' },
        payload: csv,
      })
    ).statusCode,
    415,
  );
});

t.test('a list that was taken in is recognised, in another order and other spaces as well', async (t) => {
  const api = apiOf(app, as.officer);
  const csv = 'Type,Make,Model,Notes\ntablet,Acme,One,worn\nphone,Acme,Two,\n';
  const same = 'Make;Type;Model;Notes\nACME;Phone;Two;\nacme;tablet; One ;Worn\n';
  const of = { donor: { name: 'Twice Ltd' }, receivedOn: '2026-11-20', reference: 'REF 8' };
  t.equal((await previewImport(deps, csv, of)).takenBefore, null);
  const { donation: first } = await importDonation(deps, officer, { csv, ...of }, false);
  const before = { donation: { id: first.id, reference: first.reference }, takenOn: '2026-11-23' };
  t.match((await previewImport(deps, same, of)).takenBefore, before);
  const path = '/donations/imports?donor=twice%20LTD&receivedOn=2026-11-20&reference=ref%208';
  const send = (more: string, key?: string) =>
    app.inject({
      method: 'POST',
      url: `/api/v1${path}${more}`,
      headers: { ...as.officer, 'content-type': 'text/csv', ...(key && { 'idempotency-key': key }) },
      payload: same,
    });
  t.match((await send('&preview=true')).json(), { takenBefore: before });
  const had = await stock();
  t.match((await send('')).json(), {
    status: 409,
    type: '/problems/taken-before',
    donation: before.donation,
    errors: [
      { pointer: '/another', message: /^This list was taken in on 23 November 2026 by .+ as donation D-/ },
    ],
  });
  const devices = [
    { kind: 'phone', make: 'Acme', model: 'Two' },
    { kind: 'tablet', make: 'Acme', model: 'One', notes: 'worn' },
  ];
  t.match((await api('POST', '/donations', { ...of, devices })).body, { type: '/problems/taken-before' });
  t.equal(await stock(), had);
  for (const change of [
    { receivedOn: '2026-11-19' },
    { reference: 'REF 9' },
    { donor: { name: 'Else Ltd' } },
  ])
    t.equal((await previewImport(deps, csv, { ...of, ...change })).takenBefore, null);
  const known = await api('GET', `/donations/${first.id}`);
  const corrected = { 'if-match': known.etag };
  t.equal(
    (await api('PATCH', `/donations/${first.id}`, { receivedOn: '2026-11-18' }, corrected)).status,
    200,
  );
  t.equal((await previewImport(deps, csv, of)).takenBefore, null, 'it is of another day, as is known by now');
  t.match((await previewImport(deps, csv, { ...of, receivedOn: '2026-11-18' })).takenBefore, before);
  const [one, repeat] = [await send('&another=true', 'again'), await send('&another=true', 'again')];
  t.equal(one.statusCode, 201);
  t.equal(repeat.body, one.body, 'a repeat is no second list');
  const rows = await db.selectFrom('taken_list').selectAll().execute();
  t.notMatch(JSON.stringify(rows), /Acme|worn/);
  clock.set('2027-12-01T09:00:00Z');
  t.ok((await forgetWhatIsOver(deps)).taken_list);
  t.equal((await previewImport(deps, csv, of)).takenBefore, null, 'after a year nobody remembers');
});

t.test('of two lists at once one is taken', async (t) => {
  const csv = 'Type,Make,Model\ntablet,Acme,Race\n';
  const of = { donor: { name: 'Race Ltd' }, receivedOn: '2026-11-20' };
  const results = await Promise.allSettled(
    [1, 2].map(() => importDonation(deps, officer, { csv, ...of }, false)),
  );
  t.same(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

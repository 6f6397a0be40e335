import fc from 'fast-check';
import t from 'tap';
import { takeOverColumns } from '../../src/lending/loans/take-over-columns.rules.ts';
import { readTakeOver } from '../../src/lending/loans/take-over-line.rules.ts';
import { Problem } from '../../src/shared/problem.ts';
import { asSeen } from '../../src/shared/seen.ts';
import { decodeCsv } from '../../src/shared/sheet-text.rules.ts';
import { deviceColumns } from '../../src/stock/donations/device-columns.rules.ts';
import { readImport } from '../../src/stock/donations/import.rules.ts';
import { testApp } from '../helpers/app.ts';

t.setTimeout(400_000);

// Sheets as people have them, made of what went wrong in sheets before. Whatever one holds, nothing of it vanishes.

const charger = { name: 'Charger', headings: ['charger'] };
const known = ['Serial No.', 'IMEI', 'Condition', 'SIM (ICCID)', 'Notes', 'Charger', 'Comments'];
const ofPeople = [
  'Given name',
  'Surname',
  'DOB',
  'NHS number',
  'Mobile',
  'Phone',
  'Phone safe?',
  'Email',
  'Due',
  'Label',
];
const strange = ['Colour', 'Qty', '', 'Número', 'Serial  No', 'Lfd. Nr', 'x'.repeat(60)];
const spoilt = [
  ...['2.19E+26', '8944110000000000000', "'0012345", '="0012"', '=1+1', '#REF!', '#N/A', 'N/A', '-', '?'],
  ...[
    '10.1" wide',
    'a, b; c',
    'two\nlines',
    'Łódź',
    'Ana‑María',
    '\u200bAB\u00ad12',
    '2026-03-01',
    '31/12/2026',
  ],
  ...[
    '07/15/2026',
    '46266',
    '1 Octember 2026',
    'TRUE',
    'yes',
    'perhaps',
    '999 000 0018',
    '07700 900123',
    '0',
  ],
  ...[
    '220749000',
    'very good',
    'A',
    'b',
    '352099001761481',
    '35-209900-176148-1',
    'x'.repeat(300),
    '~|~',
    "O'Crossref",
  ],
];
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...spoilt) },
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
);
const kind = fc.constantFrom('tablet', 'Phone', 'Tabelt', 'SIM', '');

type Made = { bytes: Buffer; text: string; heading: string[]; rows: string[][]; isPlain: boolean };

/** A sheet as bytes, and its cells; `isPlain` where nothing was done to it that makes its cells others. */
const sheets = (more: string[]) =>
  fc
    .record({
      extra: fc.uniqueArray(fc.constantFrom(...known, ...more, ...strange), { maxLength: 8 }),
      rows: fc.array(fc.array(cell, { minLength: 12, maxLength: 12 }), { minLength: 1, maxLength: 6 }),
      good: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      kinds: fc.array(kind, { minLength: 6, maxLength: 6 }),
      ragged: fc.array(fc.integer({ min: -2, max: 2 }), { minLength: 6, maxLength: 6 }),
      separator: fc.constantFrom(',', ';', '\t', '|'),
      lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
      encoding: fc.constantFrom('utf8', 'utf8 with mark', 'utf16le', 'latin1'),
      quoting: fc.constantFrom('as needed', 'always', 'never', 'unclosed'),
      sep: fc.boolean(),
    })
    .map((made): Made => {
      const heading = ['Type', 'Make', 'Model', 'Issued on', ...made.extra];
      const rows = made.rows.map((cells, row) =>
        (made.good[row]
          ? ['tablet', 'Acme', 'Pad', '01/07/2026', ...cells.slice(3)]
          : [made.kinds[row]!, ...cells]
        ).slice(0, Math.max(4, heading.length + made.ragged[row]!)),
      );
      const lines = [heading, ...rows].map((cells) =>
        cells.map((text) => quoted(text, made.separator, made.quoting)).join(made.separator),
      );
      if (made.quoting === 'unclosed') lines.push(`tablet${made.separator}"A`);
      const text = [...(made.sep ? [`sep=${made.separator}`] : []), ...lines, ''].join(made.lineEnd);
      const isPlain = made.encoding !== 'latin1' && ['as needed', 'always'].includes(made.quoting);
      return { bytes: encoded(text, made.encoding), text, heading, rows, isPlain };
    });

function quoted(text: string, separator: string, quoting: string): string {
  const needed = text.includes(separator) || /[\n\r]/.test(text) || text.startsWith('"');
  if (quoting === 'never' && !/[\n\r]/.test(text)) return text;
  return quoting === 'always' || needed ? `"${text.replaceAll('"', '""')}"` : text;
}

const encoded = (text: string, encoding: string): Buffer =>
  encoding === 'utf8 with mark'
    ? Buffer.from(`\ufeff${text}`)
    : Buffer.from(text, encoding as BufferEncoding);

const letters = (heading: string) => heading.toLowerCase().replaceAll(/[^a-z]/g, '');
const plain = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
/** Yes and no become what they mean, and what says that there is nothing becomes nothing. */
const meansItself = /^(y|yes|true|n|no|false|n\s?[/.]?\s?a\.?|-|\?|[-_.\u2010-\u2015?]+)$/i;

type Line = { row: number; verdict: string; faults: { column: string }[]; remarks: string[] };
type Columns = Record<string, { name: string; headings: readonly string[]; kind?: string }>;

/** The cells of a sheet of which nobody is told anything. */
function lost(made: Made, read: { lines: Line[]; unusedColumns: string[] }, columns: Columns): string[] {
  const byRow = new Map(read.lines.map((line) => [line.row, line]));
  return made.rows.flatMap((cells, at) =>
    cells.flatMap((text, place) => {
      const seen = asSeen(text).trim();
      const heading = made.heading[place];
      if (!seen) return [];
      const line = byRow.get(at + 2);
      const said = `row ${at + 2}, ${heading}: ${text}`;
      if (!line) return [said];
      if (line.verdict === 'faulty') return [];
      if (heading === undefined) return [said];
      const column = Object.values(columns).find(({ headings }) => headings.includes(letters(heading)));
      if (!column)
        return read.unusedColumns.some(
          (name) => name === heading || (!heading && /without a heading/.test(name)),
        )
          ? []
          : [said];
      if (read.unusedColumns.includes(heading) || meansItself.test(seen) || column.kind === 'date') return [];
      if (line.remarks.some((remark) => remark.includes(column.name))) return [];
      const told = JSON.stringify(line).replaceAll('\\n', ' ');
      const needle = plain(seen.replace(/^="(.*)"$/, '$1')).replace(/^0(?=7700)/, '');
      const isThere = needle
        ? plain(told).includes(needle)
        : told.includes(JSON.stringify(seen).slice(1, -1));
      return isThere ? [] : [said];
    }),
  );
}

/** @throws whatever is no refusal in words */
function untoldOf(
  made: Made,
  columns: Columns,
  read: (text: string) => { lines: Line[]; unusedColumns: string[] },
): string[] {
  try {
    const answer = read(decodeCsv(made.bytes));
    return made.isPlain ? lost(made, answer, columns) : [];
  } catch (error) {
    if (error instanceof Problem && error.errors?.length) return [];
    throw error;
  }
}

t.test('of a thousand donors’ sheets nothing vanishes, and nothing fails but with words', async (t) => {
  const columns = { ...deviceColumns, charger };
  const untold = fc
    .sample(sheets([]), { seed: 1, numRuns: 1000 })
    .flatMap((made) => untoldOf(made, columns, readImport));
  t.same(untold.slice(0, 10), []);
});

t.test('of a thousand lists of what is out neither', async (t) => {
  const reading = { today: '2026-11-23', allowTestNumbers: true };
  const untold = fc
    .sample(sheets([...ofPeople, 'Place']), { seed: 2, numRuns: 1000 })
    .flatMap((made) => untoldOf(made, takeOverColumns, (text) => readTakeOver(text, reading)));
  t.same(untold.slice(0, 10), []);
});

t.test('over the API each is judged or refused in words', async (t) => {
  const { app, as } = await testApp(t);
  for (const { bytes } of fc.sample(sheets(ofPeople), { seed: 50, numRuns: 50 })) {
    const of = 'donor=Sheets%20Ltd&receivedOn=2026-11-20&preview=true';
    for (const path of ['donations', 'loans']) {
      const reply = await app.inject({
        method: 'POST',
        url: `/api/v1/${path}/imports?${of}`,
        headers: { ...as.officer, 'content-type': 'text/csv' },
        payload: bytes,
      });
      if (![200, 422].includes(reply.statusCode)) t.fail(`${reply.statusCode} ${bytes}`);
      if (reply.statusCode === 422) t.ok(reply.json().errors[0].message);
    }
  }
});

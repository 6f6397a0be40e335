import fc from 'fast-check';
import t from 'tap';
import {
  halfYears,
  leavingHeadline,
  leavingPeriod,
  leavingRows,
} from '../../src/office/reports/leaving.rules.ts';
import { type Column, exactRow, hidden, type Row } from '../../src/office/reports/report.rules.ts';
import { anyNumber, attack } from '../helpers/attack.ts';
import { bounds } from '../helpers/published.ts';

const columns: Column[] = [
  { key: 'name', text: 'Name', kind: 'label' },
  { key: 'shelf', text: 'On the shelf', kind: 'number' },
  { key: 'people', text: 'People', kind: 'count' },
  { key: 'share', text: 'Share', kind: 'share', of: ['people', 'all'] },
  { key: 'days', text: 'Days', kind: 'typical', of: 'people' },
];

t.test('shares come from what is shown, and averages of few people are hidden', async (t) => {
  const row = { name: 'A', shelf: 3, people: 12, all: 33, days: 21 };
  const top = (changes: Row) => leavingHeadline(columns, { ...row, ...changes });
  t.same(exactRow(columns, row), { name: 'A', shelf: 3, people: 12, share: 36, days: 21 });
  t.same(top({}), { name: 'A', shelf: 3, people: 10, share: 29, days: 21 });
  t.match(top({ people: 7 }), { people: hidden, share: hidden, days: hidden });
  t.match(top({ all: 5 }), { people: 10, share: hidden });
  t.match(exactRow(columns, { ...row, people: 0, all: 0, days: null }), { share: null, days: null });
});

t.test('what is left of a whole is as small as a part of it', async (t) => {
  t.match(leavingHeadline(columns, { people: 30, all: 33 }), { people: hidden, share: hidden });
  t.match(leavingHeadline(columns, { people: 33, all: 33 }), { people: 35, share: 100 });
});

const table: Column[] = [
  { key: 'name', text: 'Name', kind: 'label' },
  { key: 'people', text: 'People', kind: 'count' },
  { key: 'loans', text: 'Loans', kind: 'count' },
];
const rowsOf = (...numbers: [number, number][]) =>
  numbers.map(([people, loans], at) => ({ name: 'ABCDEFGHIJ'[at]!, people, loans }));

t.test(
  'a row with few people is hidden with all that is of people, and with another that it could be of',
  async (t) => {
    t.same(leavingRows(table, rowsOf([20, 22], [3, 30], [9, 9], [0, 0], [40, 41])), [
      { name: 'A', people: 20, loans: 20 },
      { name: 'B', people: hidden, loans: hidden },
      { name: 'C', people: hidden, loans: hidden },
      { name: 'D', people: hidden, loans: hidden },
      { name: 'E', people: 40, loans: 40 },
    ]);
    t.same(
      leavingRows(table, rowsOf([20, 22], [0, 0])),
      rowsOf([20, 20], [0, 0]),
      'nothing hidden where nobody is',
    );
    t.same(
      leavingRows(table, rowsOf([40, 41], [30, 30], [20, 20], [3, 3], [5, 5]), true).map(({ name }) => name),
      ['A', 'B', 'C', 'D', 'E'],
    );
    t.same(
      leavingRows(table, rowsOf([40, 41], [5, 30], [20, 20], [4, 3]), true).map(({ name }) => name),
      ['A', 'C', 'B', 'D'],
      'the order of what is hidden tells nothing',
    );
  },
);

t.test('a rare count is hidden in every row, and the rows are not', async (t) => {
  const rare: Column[] = [
    ...table,
    { key: 'gone', text: 'Gone', kind: 'count', rare: true },
    { key: 'share', text: 'Share', kind: 'share', of: ['gone', 'loans'] },
  ];
  const rows = rowsOf([20, 22], [30, 30]).map((row, at) => ({ ...row, gone: 3 * at }));
  t.same(leavingRows(rare, rows), [
    { name: 'A', people: 20, loans: 20, gone: hidden, share: hidden },
    { name: 'B', people: 30, loans: 30, gone: hidden, share: hidden },
  ]);
});

t.test('whoever knows all sums exactly finds no number under 8 in a table', async () => {
  const small = fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(60) });
  fc.assert(
    fc.property(fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 10 }), (numbers) => {
      const rows = rowsOf(...numbers);
      const shown = leavingRows(table, rows);
      for (const key of ['people', 'loans'] as const) {
        const total = rows.reduce((sum, row) => sum + row[key], 0);
        const cells = new Map(shown.map((row) => [String(row.name), bounds(row[key])]));
        cells.set('total', total < 8 ? [0, anyNumber] : [total, total]);
        const of = shown.map((row) => [1, String(row.name)] as [number, string]);
        const few = rows.filter((row) => row[key] > 0 && row[key] < 8).map(({ name }) => name);
        for (const [least, most] of attack(
          { cells, sums: [{ of: [...of, [-1, 'total']], least: 0, most: 0 }] },
          few,
        ).values())
          if (most - least + 1 < 8) return false;
      }
      return true;
    }),
    { numRuns: 300 },
  );
});

t.test('half-years that are over for a fortnight, none of which overlap', async (t) => {
  t.same(halfYears('2026-11-23').slice(0, 3), [
    { from: '2026-04-01', to: '2026-09-30' },
    { from: '2025-10-01', to: '2026-03-31' },
    { from: '2025-04-01', to: '2025-09-30' },
  ]);
  for (const [day, to] of [
    ['2026-10-14', '2026-03-31'],
    ['2026-10-15', '2026-09-30'],
    ['2027-04-14', '2026-09-30'],
    ['2027-04-15', '2027-03-31'],
    ['2027-01-01', '2026-09-30'],
  ])
    t.equal(halfYears(day!)[0].to, to!, `on ${day}`);
  t.same(leavingPeriod({}, '2026-11-23'), { from: '2026-04-01', to: '2026-09-30' });
  t.same(leavingPeriod({ from: '2025-10-01', to: '2026-03-31' }, '2026-11-23').to, '2026-03-31');
  for (const wrong of [
    { from: '2026-04-01', to: '2026-08-31' },
    { from: '2026-10-01', to: '2027-03-31' },
    { from: '2026-01-01' },
  ])
    t.throws(() => leavingPeriod(wrong, '2026-11-23'), { message: /not right/ });
});

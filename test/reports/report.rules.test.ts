import fc from 'fast-check';
import t from 'tap';
import {
  everyMonth,
  hidden,
  periodOf,
  suppressed,
  usualPeriods,
} from '../../src/office/reports/report.rules.ts';

t.test('rule 22: 0 stays, 1 to 7 are hidden, the rest are to the nearest 5', async (t) => {
  t.same([0, 1, 7, 8, 12, 13, 17, 18, 100, 102, 103].map(suppressed), [
    0,
    hidden,
    hidden,
    10,
    10,
    15,
    15,
    20,
    100,
    100,
    105,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 8, max: 1_000_000 }), (count) => {
      const shown = suppressed(count) as number;
      return shown % 5 === 0 && Math.abs(shown - count) <= 2;
    }),
  );
});

t.test('a period is twelve months unless it is named, and every month of it has a row', async (t) => {
  t.same(periodOf({}, '2026-11-27'), { from: '2025-12-01', to: '2026-11-27' });
  t.same(periodOf({ from: '2024-02-29' }, '2026-11-27'), { from: '2024-02-29', to: '2026-11-27' });
  t.throws(() => periodOf({ from: '2026-02-02', to: '2026-02-01' }, '2026-11-27'), { message: /not right/ });
  t.throws(() => periodOf({ from: '2020-01-01', to: '2025-01-02' }, '2026-11-27'), { message: /not right/ });
  t.same(
    everyMonth(
      { from: '2026-10-31', to: '2027-01-01' },
      [
        { key: 'month', text: '', kind: 'month' },
        { key: 'n', text: '', kind: 'count' },
      ],
      [
        { month: '2026-12', n: 4 },
        { month: null, n: 9 },
      ],
    ),
    [
      { month: '2026-10', n: 0 },
      { month: '2026-11', n: 0 },
      { month: '2026-12', n: 4 },
      { month: '2027-01', n: 0 },
    ],
  );
});

t.test('the usual periods: quarters, and a financial year from 1 April', async (t) => {
  t.same(
    usualPeriods('2027-02-03').map(({ from, to }) => `${from} ${to}`),
    [
      '2026-03-01 2027-02-03',
      '2027-01-01 2027-02-03',
      '2026-10-01 2026-12-31',
      '2026-04-01 2027-02-03',
      '2025-04-01 2026-03-31',
    ],
  );
});

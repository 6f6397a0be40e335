import t from 'tap';
import { compared } from '../../src/office/reports/paired.rules.ts';

const pairs = (before: number[], after: number[]) =>
  before.map((one, place) => ({ before: one, after: after[place]! }));
const near = (actual: number | null | undefined, wanted: number, by: number) =>
  typeof actual === 'number' && Math.abs(actual - wanted) <= by;

t.test('a published example: Student 1908, extra sleep by two drugs (Biometrika 6, 1–25)', async (t) => {
  // As R gives it for its data set `sleep`, `t.test(extra ~ group, paired = TRUE)`: mean 1.58, t = 4.0621, df = 9,
  // 95 percent interval 0.7001142 to 2.4598858.
  const found = compared(
    pairs(
      [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
      [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    ),
  )!;
  t.equal(found.pairs, 10);
  t.ok(near(found.before, 0.75, 1e-9), 'mean at first');
  t.ok(near(found.after, 2.33, 1e-9), 'mean at the latest');
  t.ok(near(found.difference, 1.58, 1e-9), 'difference');
  t.ok(near(found.low, 0.7001142, 1e-6), `from ${found.low}`);
  t.ok(near(found.high, 2.4598858, 1e-6), `to ${found.high}`);
  // Standard deviations 1.789010 and 2.002249, as R's sd() gives them.
  t.ok(near(found.effect, 1.58 / ((1.78901 + 2.002249) / 2), 1e-5), `d_av ${found.effect}`);
});

// Made up, of 8 to 40 as eHEALS has them. Differences 4 3 0 4 4 1 3 5: mean 3, squares about it 20, variance 20/7.
const before = [20, 22, 24, 26, 18, 30, 25, 27];
const after = [24, 25, 24, 30, 22, 31, 28, 32];

t.test('totals by hand', async (t) => {
  const found = compared(pairs(before, after))!;
  t.same([found.before, found.after, found.difference], [24, 27, 3]);
  t.same([found.beforeMedian, found.afterMedian], [24.5, 26.5]);
  // t(7) is 2.364624 at 97.5%: 3 ± 2.364624 × √(20/7) / √8 = 3 ± 1.413134
  t.ok(near(found.low, 1.586866, 1e-5), `from ${found.low}`);
  t.ok(near(found.high, 4.413134, 1e-5), `to ${found.high}`);
  // √(106/7) = 3.891382 and √(98/7) = 3.741657: 3 / 3.816520
  t.ok(near(found.effect, 0.786056, 1e-5), `d_av ${found.effect}`);
});

t.test('too few, and all the same', async (t) => {
  t.equal(compared(pairs(before.slice(1), after.slice(1))), null);
  t.equal(compared([]), null);
  const same = compared(pairs(Array(8).fill(5), Array(8).fill(5)))!;
  t.match(same, { difference: 0, low: 0, high: 0, effect: null });
});

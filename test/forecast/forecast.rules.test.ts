import t from 'tap';
import { rowsOfChance } from '../../src/office/forecast/chance.rules.ts';
import { verdictOf } from '../../src/office/forecast/check.rules.ts';
import { learn } from '../../src/office/forecast/flows.rules.ts';
import {
  type Ahead,
  aheadOfDay,
  forecastOf,
  type Outlook,
  weeksAhead,
  whatIfOf,
} from '../../src/office/forecast/forecast.rules.ts';
import { runsWords } from '../../src/office/forecast/forecast.view.ts';
import { asOf, type History } from '../../src/office/forecast/history.rules.ts';
import {
  cameOf,
  emptied,
  missingOf,
  type PartKey,
  partsOf,
  seriesOf,
  threeOf,
} from '../../src/office/forecast/part.rules.ts';
import { asItIs, simulate, type Wishes } from '../../src/office/forecast/simulation.rules.ts';
import { nothingKnown, schemeByChance, steadyScheme } from '../helpers/made-schemes.ts';

const day = '2026-11-23';
const wish = (wishes: Partial<Wishes>): Wishes => ({ ...asItIs, ...wishes });
const { minutes } = nothingKnown;
const aheadOf = (history: History) => aheadOfDay(day, history, minutes);
const withWish = (ahead: Ahead, wishes: Partial<Wishes>) =>
  forecastOf(day, nothingKnown, ahead, whatIfOf(day, ahead, minutes, wish(wishes)));
const partOf = (ahead: Ahead, key: PartKey, wishes: Partial<Wishes> = {}) =>
  withWish(ahead, wishes).parts.find((part) => part.key === key)!;
const weeks = <T>(make: (week: number) => T) => Array.from({ length: weeksAhead }, (_, week) => make(week));
const sure = (numbers: number[]): Outlook['band'] => ({ low: numbers, middle: numbers, high: numbers });

const rates = { fresh: 4, arrivals: 10, served: 0.5, loan: 20, preparing: 2, minutes: 30 };
const byChance = (seed: number, changes: Partial<typeof rates> = {}, last = -1, first = -104) =>
  schemeByChance({ ...rates, ...changes }, first, last, rowsOfChance(seed)());

const steady = aheadOf(steadyScheme(80));

t.setTimeout(400_000);

t.test('a scheme without chance goes on exactly as it went, week by week', (t) => {
  // 30 from the first week, and the twelve that came back in each of the 68 weeks in which any did.
  const before = 30 + 12 * 68;
  const ready = partOf(steady, 'ready-tablet', { referrals: 100 });
  t.equal(ready.now, before);
  t.strictSame(ready.asItIs!.band, sure(weeks((week) => before + 12 * (week + 1))));
  // Twice as many people: what is given and what comes back is lent, and from the twelfth week twice as many come back.
  const twice = weeks((week) => before + 12 * Math.max(0, week - 11));
  t.strictSame(ready.whatIf!.band, sure(twice));
  const waiting = partOf(steady, 'waiting-device').asItIs!;
  t.strictSame(waiting.band, sure(weeks(() => 0)));
  t.strictSame(
    waiting.longest,
    weeks(() => 0),
  );
  t.strictSame(waiting.joining, { low: 1, middle: 1, high: 1 });
  const longer = partOf(steady, 'ready-tablet', { loanWeeks: 3 }).whatIf!;
  // What has come back is prepared within two weeks; for three weeks after that nothing comes, and twelve go.
  const late = weeks((week) => before + 12 * (week + 1) - 12 * Math.max(0, Math.min(3, week - 1)));
  t.strictSame(longer.band, sure(late));
  t.end();
});

t.test('support hours of a scheme without chance are those of its plans', (t) => {
  const hours = partOf(steady, 'hours');
  t.strictSame([hours.asItIs!.band.low[0], hours.asItIs!.band.high[2]], [6, 6], 'what is planned is known');
  t.equal(hours.now, null);
  t.ok(
    hours.asItIs!.short!.slice(0, 3).every((share) => share === 0),
    'ten hours a week are enough',
  );
  const fewer = partOf(steady, 'hours', { hours: -5 }).whatIf!;
  t.ok(
    fewer.short!.every((share) => share > 0.5),
    'and five hours fewer are not',
  );
  t.end();
});

const hoursIn = (history: History, week: number) =>
  history.support.reduce((sum, { due, minutes }) => (due === week ? sum + minutes / 60 : sum), 0);

t.test('in made-up schemes of known rates eight in ten outcomes lie within the band', (t) => {
  const held: Record<string, number[]> = { 'ready-tablet': [], 'waiting-device': [], hours: [] };
  for (let seed = 1; seed <= 30; seed++) {
    const came = byChance(seed, { fresh: 2 + (seed % 4), arrivals: 6 + (seed % 5) }, 14);
    const flows = learn(asOf(came, 0), 0, 14);
    const simulated = simulate(flows, { weeks: 14, runs: 200, seed, wishes: asItIs });
    for (const [key, of] of partsOf)
      for (const week of held[key] ? [3, 12] : []) {
        const series = seriesOf(of, simulated);
        const { low, high } = threeOf(series.slice(week * 200, (week + 1) * 200).sort());
        const real =
          'hours' in of
            ? 4 * cameOf(came, of, week) -
              [1, 2, 3].reduce((sum, back) => sum + hoursIn(came, week - back), 0)
            : cameOf(came, of, week);
        held[key]!.push(real >= low && real <= high ? 1 : 0);
      }
  }
  for (const [key, all] of Object.entries(held)) {
    const share = all.reduce((sum, one) => sum + one, 0) / all.length;
    t.ok(share >= 0.7 && share <= 0.9, `${key}: ${share}`);
  }
  t.end();
});

t.test('the same day gives the same bytes, and a wish moves the right way', (t) => {
  const scheme = byChance(5, { fresh: 2, arrivals: 5 }, -1, -52);
  const ahead = aheadOf(scheme);
  t.equal(JSON.stringify(aheadOf(scheme)), JSON.stringify(ahead));
  const asked = (wishes: Partial<Wishes>) => withWish(ahead, wishes);
  const [more, fewer, referrals, longer] = [
    asked({ devices: { tablet: 4 } }),
    asked({ devices: { tablet: -4 } }),
    asked({ referrals: 50 }),
    asked({ loanWeeks: 8 }),
  ];
  const last = ({ parts }: typeof more, key: PartKey, which: 'asItIs' | 'whatIf') =>
    parts.find((part) => part.key === key)![which]!.band.middle.at(-1)!;
  t.equal(JSON.stringify(asked({ referrals: 50 })), JSON.stringify(referrals));
  t.equal(last(more, 'ready-tablet', 'asItIs'), last(fewer, 'ready-tablet', 'asItIs'), 'as it is stays so');
  const stock = last(more, 'ready-tablet', 'asItIs');
  t.ok(last(more, 'ready-tablet', 'whatIf') > stock);
  t.ok(last(fewer, 'ready-tablet', 'whatIf') < stock);
  t.ok(last(longer, 'ready-tablet', 'whatIf') < stock);
  const queue = (one: typeof more, which: 'asItIs' | 'whatIf') => last(one, 'waiting-device', which);
  t.ok(queue(referrals, 'whatIf') > queue(referrals, 'asItIs'));
  t.ok(last(referrals, 'hours', 'whatIf') > last(referrals, 'hours', 'asItIs'));
  t.end();
});

t.test('whether none is left is asked of each run: no band says it', (t) => {
  // Ten runs of five weeks; of the first five, each has none in one week of its own.
  const [runs, weeks] = [10, 5];
  const series = Float64Array.from({ length: runs * weeks }, (_, at) =>
    at % runs === Math.floor(at / runs) ? 0 : 3,
  );
  const low = [0, 1, 2, 3, 4].map((week) => threeOf(series.slice(week * runs, (week + 1) * runs).sort()).low);
  t.strictSame(low, [3, 3, 3, 3, 3]);
  const shares = emptied(series, { runs, weeks });
  t.strictSame(shares, [0.1, 0.2, 0.3, 0.4, 0.5]);
  const ends = ['2026-11-29', '2026-12-06', '2026-12-13', '2026-12-20', '2026-12-27'];
  t.equal(runsWords(shares, ends), 'about 5 of 10 runs (in 1 of 10 by 29 November 2026)');
  t.equal(runsWords([0, 0.05, 0.1], ends), 'about 1 of 10 runs (in 1 of 10 by 13 December 2026)');
  t.equal(runsWords([0, 0.01, 0.09], ends), 'fewer than 1 of 10 runs');
  t.equal(runsWords([0, 0, 0], ends), 'no run');
  t.end();
});

t.test('what is known only later changes nothing of an earlier week', (t) => {
  const longer = byChance(7, {}, 20);
  const known = asOf(longer, 0);
  t.strictSame(
    learn(known, 0, weeksAhead),
    learn(asOf({ ...longer, waits: longer.waits.filter(({ from }) => from < 0) }, 0), 0, weeksAhead),
  );
  t.ok(known.devices.every(({ from, to }) => from < 0 && (to === null || to < 0)));
  t.ok(known.waits.every(({ from, to }) => from < 0 && (to === null || to < 0)));
  t.ok(
    longer.devices.some(({ to }) => to !== null && to >= 0),
    'though something ended later',
  );
  t.end();
});

t.test('ten weeks are too few, and so are nineteen events', (t) => {
  const { parts } = withWish(aheadOf(steadyScheme(10)), { referrals: 10 });
  t.strictSame(
    parts.flatMap(({ asItIs, whatIf }) => [asItIs, whatIf]).filter((outlook) => outlook),
    [],
  );
  t.match(parts[0]!.missing, [
    { what: 'weeks of history', have: 10, least: 26, from: '2027-03-15' },
    { what: 'loans that ended', have: 0, least: 20, from: null },
  ]);
  const flows = learn(asOf(steadyScheme(80), 0), 0, weeksAhead);
  const lent = (tablet: number) =>
    missingOf({ ...flows, lent: { ...flows.lent, tablet } }, { kind: 'tablet' }, day);
  t.strictSame(lent(20), []);
  t.match(lent(19), [{ what: 'loans of this kind', have: 19, least: 20, from: String }]);
  t.end();
});

t.test('a band that held too rarely is not shown, and a middle no better than before is told', (t) => {
  const check = (inside: number, off: number) => ({
    month: { inside, of: 10 },
    quarter: { inside: 0, of: 0 },
    off,
    offAsBefore: 2,
  });
  t.equal(verdictOf(check(5, 1)), 'wrong');
  t.equal(verdictOf(check(6, 1)), 'good');
  t.equal(verdictOf(check(6, 3)), 'no-better');
  t.equal(verdictOf({ ...check(0, 1), month: { inside: 0, of: 5 } }), 'few');
  // A year in which three of four who came were left waiting, after one in which everyone was served at once.
  const steady = steadyScheme(110);
  const broken = {
    ...steady,
    waits: steady.waits.map((wait) =>
      wait.from >= -52 && wait.from % 4 !== 0 ? { ...wait, to: null, how: null } : wait,
    ),
  };
  const waiting = partOf(aheadOf(broken), 'waiting-device');
  t.equal(waiting.verdict, 'wrong');
  t.equal(waiting.asItIs, null);
  t.end();
});

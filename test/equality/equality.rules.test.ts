import fc from 'fast-check';
import t from 'tap';
import { keptRows, pointsBetween, shareOfAnswered } from '../../src/office/reports/reached.rules.ts';
import { hidden, type Row } from '../../src/office/reports/report.rules.ts';
import { areasOf, readAreas } from '../../src/people/equality/area.rules.ts';
import { wishBefore } from '../../src/people/equality/equality.rules.ts';
import { shareFaults } from '../../src/people/equality/population.rules.ts';
import { anyNumber, attack } from '../helpers/attack.ts';
import { bounds } from '../helpers/published.ts';

t.test('a postcode lies in a sector and a district, however it is typed', async (t) => {
  t.same(areasOf('n1 9gu'), ['N1 9', 'N1']);
  t.same(areasOf(' N19GU '), ['N1 9', 'N1']);
  t.same(areasOf('n119gu'), ['N11 9', 'N11'], 'not N1 1');
  t.same(areasOf('EC1A 1BB'), ['EC1A 1', 'EC1A']);
  t.same(areasOf('n1  9'), ['N1 9', 'N1']);
  t.same(areasOf('N11'), ['N11']);
  for (const wrong of ['', 'London', '12', 'N1 9G', 'N1 99']) t.same(areasOf(wrong), [], wrong);
});

t.test('areas are pasted as they come, and a line that cannot be read is named', async (t) => {
  t.same(readAreas('"Area","Band"\r\n"N1","3"\nn1 9;2\n\nEC1A\t10,\n'), {
    areas: [
      { area: 'N1', band: 3 },
      { area: 'N1 9', band: 2 },
      { area: 'EC1A', band: 10 },
    ],
    faults: [],
  });
  const faults = (lines: string) => readAreas(lines).faults.map(({ message }) => message);
  t.match(faults('N1, 3\nN1, 4\nN2\nN3, 11\nLondon, 1'), [
    /^Line 2: .*earlier/,
    /^Line 3: give an area and its band/,
    /^Line 4: give a band from 1 to 10/,
    /^Line 5: give a postcode district/,
  ]);
  t.match(faults('Area,Band'), [/at least one/]);
  t.equal(faults('x, 1\n'.repeat(50)).length, 5, 'and no more than five of them');
});

t.test('shares of a population name every group and make about 100', async (t) => {
  t.same(shareFaults('disability', { yes: 34.5, no: 65.5 }), []);
  t.same(shareFaults('disability', { yes: 34, no: 65 }), []);
  t.match(shareFaults('disability', { yes: 34, no: 64.9 }), [
    { pointer: '/shares/yes', message: /Together these are 98.9%.*from 99 to 101/ },
  ]);
  t.match(shareFaults('disability', { yes: 100 }), [{ pointer: '/shares/no' }]);
  t.match(shareFaults('disability', { yes: 40, no: 60, rather_not_say: 0 }), [{ pointer: '/shares' }]);
});

t.test('a wish not to be asked is said before', async (t) => {
  t.match(wishBefore({ mostAYear: 0, onlyOnPaper: false }), /not to be asked/);
  t.match(wishBefore({ mostAYear: 2, onlyOnPaper: true }), /paper only/);
  t.equal(wishBefore({ mostAYear: null, onlyOnPaper: false }), null);
});

const rows = (...lent: number[]): Row[] =>
  ['yes', 'no', 'rather_not_say', 'not_asked', 'other'].slice(0, lent.length).map((answer, at) => ({
    answer,
    referred: lent[at]! && lent[at]! + 1,
    lent: lent[at]!,
  }));

const lentOf = (...lent: number[]) => keptRows(rows(...lent)).map((row) => row.lent);

t.test(
  'what is hidden holds enough among the answers, since the next table shows who was not asked',
  async (t) => {
    t.same(lentOf(40, 60, 3, 30), [hidden, 60, hidden, 30]);
    t.same(
      lentOf(40, 60, 20, 3),
      [40, 60, hidden, hidden],
      'few who were not asked are hidden with an answer',
    );
    t.same(lentOf(3, 2, 0, 100), [hidden, hidden, hidden, hidden], 'few who answered, with who did not');
    t.same(lentOf(0, 0, 0, 20), [0, 0, 0, 20]);
  },
);

t.test('shares are of those who named a group, and of what is shown alone', async (t) => {
  const shares = (shown: Row[], everyone: number | string) =>
    shown.map(shareOfAnswered(shown, everyone, 'lent'));
  t.same(shares(keptRows(rows(40, 60, 20, 30)), 150), [40, 60, null, null]);
  t.same(
    shares(keptRows(rows(40, 60, 3, 30)), 135),
    [hidden, hidden, null, null],
    'how many would rather not say is hidden, and with it how many named a group',
  );
  t.same(
    shares(keptRows(rows(40, 60, 80, 30, 4)), 215),
    [hidden, 57, null, hidden, null],
    'of all but who was not asked or would rather not say',
  );
  t.same(shares(keptRows(rows(40, 60, 20, 3)), 125), [40, 60, null, null]);
  t.same(shares(keptRows(rows(0, 0, 0, 20)), 20), [null, null, null, null]);
});

t.test(
  'whoever knows all sums, and puts the tables of two questions together, finds no number under 8',
  async () => {
    const few = fc.oneof({ weight: 3, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(60) });
    // Both questions are answered by the same people.
    const people = fc.tuple(few, fc.array(few, { minLength: 2, maxLength: 6 }), fc.nat(5));
    fc.assert(
      fc.property(people, ([others, groups, taken]) => {
        const whole = groups.reduce((sum, one) => sum + one, 0);
        const other = [Math.floor((whole * taken) / 5), whole - Math.floor((whole * taken) / 5)];
        const tables = [groups, other].map((counts) => [
          ...counts.map((lent, at): Row => ({ answer: `g${at}`, referred: lent, lent })),
          { answer: 'not_asked', referred: others, lent: others } as Row,
        ]);
        const cells = new Map<string, [number, number]>();
        const all = whole + others;
        cells.set('all', all > 0 && all < 8 ? [0, anyNumber] : [all, all]);
        const sums = tables.map((table, at) => {
          const names = table.map(({ answer }) => (answer === 'not_asked' ? 'others' : `${at} ${answer}`));
          for (const [place, { lent }] of keptRows(table).entries()) {
            const [low, high] = cells.get(names[place]!) ?? [0, anyNumber];
            const [least, most] = bounds(lent);
            cells.set(names[place]!, [Math.max(low, least), Math.min(high, most)]);
          }
          const of = names.map((name): [number, string] => [1, name]);
          return { of: [...of, [-1, 'all'] as [number, string]], least: 0, most: 0 };
        });
        const small = tables.flatMap((table, at) =>
          table
            .filter(({ lent }) => Number(lent) > 0 && Number(lent) < 8)
            .map(({ answer }) => (answer === 'not_asked' ? 'others' : `${at} ${answer}`)),
        );
        for (const [least, most] of attack({ cells, sums }, small).values())
          if (most - least + 1 < 8) return false;
        return true;
      }),
      { numRuns: 300 },
    );
  },
);

t.test('the difference to the population is in points', async (t) => {
  t.equal(pointsBetween(33, 34.5), -1.5);
  t.equal(pointsBetween(hidden, 34.5), hidden);
  t.equal(pointsBetween(33, null), null);
  t.equal(pointsBetween(null, 34.5), null);
});

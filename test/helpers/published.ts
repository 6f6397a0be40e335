import { hidden, type ReportRead, type Row } from '../../src/office/reports/report.rules.ts';
import { questionNames } from '../../src/people/equality/equality.rules.ts';
import { anyNumber, type Known } from './attack.ts';

/** What tables of reports say of the same people: a column, and the name of its sum; two of one name are the same number. */
const sums: [report: string, part: string, key: string, sum: string][] = [
  ['reach', 'months', 'loans', 'loans'],
  ['reach', 'months', 'items', 'items'],
  ['clinics', 'clinics', 'loans', 'loans'],
  ['clinics', 'clinics', 'referrals', 'received'],
  ['clinics', 'clinics', 'due', 'due'],
  ['clinics', 'clinics', 'done', 'done'],
  ['referral-to-loan', 'months', 'received', 'received'],
  ['referral-to-loan', 'months', 'lent', 'lent'],
  ['referral-to-loan', 'outcomes', 'referrals', 'received'],
  ['follow-ups', 'months', 'done', 'done'],
  ['follow-ups', 'months', 'due', 'due'],
  ['follow-ups', 'months', 'missed', 'missed'],
  ['follow-ups', 'months', 'open', 'open'],
  ['follow-ups', 'steps', 'due', 'due'],
  ['follow-ups', 'steps', 'done', 'done'],
  ['follow-ups', 'steps', 'missed', 'missed'],
  ['follow-ups', 'steps', 'open', 'open'],
  ['losses', 'devices', 'out', 'out'],
  ['losses', 'devices', 'gone', 'gone'],
  ['losses', 'devices', 'broken', 'broken'],
  ['losses', 'kinds', 'found', 'found'],
  ['losses', 'kinds', 'replaced', 'replaced'],
  ['confidence', 'levels', 'before', 'confident'],
  ['confidence', 'levels', 'after', 'confident'],
  ['confidence', 'frequencies', 'before', 'often'],
  ['confidence', 'frequencies', 'after', 'often'],
  // Everyone is in one row of each question’s table.
  ...questionNames.flatMap((question): [string, string, string, string][] => [
    ['who-is-reached', question, 'referred', 'people referred'],
    ['who-is-reached', question, 'lent', 'lent to'],
  ]),
];
/** The sums that whoever knows more than what was published may know, but for what is left of a whole. */
const exactSums = new Set([
  'loans',
  'items',
  'received',
  'lent',
  'due',
  'out',
  'broken',
  'often',
  'people referred',
  'lent to',
]);
/** Figures at the top that are such a sum, or one number under two names. */
const named: Record<string, string> = {
  'reach people': 'lent to',
  'costs people': 'lent to',
  'costs supported': 'supported',
  'need received': 'received',
  'reach loans': 'loans',
  'reach items': 'items',
  'reach supported': 'supported',
  'clinics referrals': 'received',
  'referral-to-loan received': 'received',
  'referral-to-loan lent': 'lent',
  'follow-ups due': 'due',
  'follow-ups done': 'done',
  'follow-ups people': 'supported',
  'losses out': 'out',
  'losses gone': 'gone',
  'losses found': 'found',
  'losses replaced': 'replaced',
  'confidence people': 'confident',
  'who-is-reached lent': 'lent to',
  'who-is-reached referred': 'people referred',
};
const lossKinds = {
  lost: 'lost',
  stolen: 'stolen',
  pawned: 'pawned',
  sold: 'sold',
  givenAway: 'given_away',
  notReturned: 'not_returned',
  damaged: 'damaged',
  faulty: 'faulty',
};
/** Parts of a whole that leave nothing over but what is never written down. */
const wholes: Record<string, { whole: string; parts: string[] }> = {
  'follow-ups months': { whole: 'due', parts: ['done', 'missed', 'open'] },
  'follow-ups steps': { whole: 'due', parts: ['done', 'missed', 'open'] },
  'follow-ups headline': { whole: 'due', parts: ['done', 'missed', 'open'] },
  'confidence headline': { whole: 'people', parts: ['surer', 'level', 'less'] },
};

/** Between what a number of people lies that is shown so. */
export function bounds(shown: unknown): [number, number] {
  if (typeof shown !== 'number') return [0, anyNumber];
  return shown === 0 ? [0, 0] : [Math.max(8, shown - 2), shown + 2];
}

/** All that is known from what was published of a period, with what the numbers are in truth. */
export type Published = Known & { truth: Map<string, number> };

/**
 * What reports tell of a period when they are put together: each number with its bounds, shares undone, rows that sum
 * up, and what two tables count alike. `exact` are the same reports as they are, in the same order. `knows`: what
 * is known besides, of figures at the top that are hidden for being from 1 to 7 themselves, and of sums, exactly.
 */
export function published(
  reports: ReportRead[],
  exact: ReportRead[],
  knows: { top?: true; sums?: true },
): Published {
  const cells: Published['cells'] = new Map();
  const truth: Published['truth'] = new Map();
  const found: Published['sums'] = [];
  const narrow = (name: string, [least, most]: [number, number], value?: number) => {
    const [low, high] = cells.get(name) ?? [0, anyNumber];
    cells.set(name, [Math.max(low, least), Math.min(high, most)]);
    if (value !== undefined) truth.set(name, value);
  };
  const relate = (of: [number, string][], least: number, most: number) => {
    for (const [, name] of of) narrow(name, [0, anyNumber]);
    found.push({ of, least, most });
  };
  const equal = (whole: string, parts: string[]) =>
    relate([[-1, whole], ...parts.map((part) => [1, part] as [number, string])], 0, 0);

  reports.forEach((report, at) => {
    const whole = exact[at]!;
    readRow(report.name, 'headline', '', report.headline.columns, report.headline.row, whole.headline.row);
    for (const [key, name] of Object.entries(named))
      if (key.startsWith(`${report.name} `) && cells.has(`${report.name} headline  ${key.split(' ')[1]}`))
        equal(name, [`${report.name} headline  ${key.split(' ')[1]}`]);
    for (const part of report.parts) {
      const truths = whole.parts.find(({ key }) => key === part.key)!.rows;
      const label = (row: Row) => String(row[part.columns[0]!.key]).replaceAll(' ', '_');
      for (const row of part.rows) {
        const truly = truths.find((one) => label(one) === label(row))!;
        readRow(report.name, part.key, label(row), part.columns, row, truly);
      }
      const keys = new Set(
        sums.filter(([name, key]) => name === report.name && key === part.key).map(([, , key]) => key),
      );
      for (const key of keys) {
        const of = part.rows
          .map((row) => `${report.name} ${part.key} ${label(row)} ${key}`)
          .filter((name) => cells.has(name));
        const sum = sums.find(
          ([name, other, column]) => name === report.name && other === part.key && column === key,
        )![3];
        if (of.length !== part.rows.length) continue;
        equal(sum, of);
        const total = of.reduce((all, name) => all + (truth.get(name) ?? Number.NaN), 0);
        if (knows.sums && exactSums.has(sum) && total >= 8) narrow(sum, [total, total]);
      }
      if (report.name === 'losses' && part.key === 'months')
        for (const [key, kind] of Object.entries(lossKinds))
          equal(
            `kind ${kind}`,
            part.rows.map((row) => `losses months ${label(row)} ${key}`),
          );
      if (report.name === 'losses' && part.key === 'kinds')
        for (const row of part.rows) equal(`kind ${row.kind}`, [`losses kinds ${label(row)} reported`]);
    }
  });
  // Whoever answered may be known to have answered every question.
  const silent = [...cells.keys()].filter((name) => /^who-is-reached .* Not_asked,/.test(name));
  for (const key of ['referred', 'lent']) {
    const [first, ...others] = silent.filter((name) => name.endsWith(` ${key}`));
    for (const other of others) equal(first!, [other]);
  }
  if (cells.has('kind lost')) {
    relate(
      [
        [1, 'gone'],
        [1, 'found'],
        [-1, 'kind lost'],
        [-1, 'kind stolen'],
        [-1, 'kind pawned'],
        [-1, 'kind sold'],
        [-1, 'kind given_away'],
        [-1, 'kind not_returned'],
      ],
      0,
      0,
    );
    equal('broken', ['kind damaged', 'kind faulty']);
  }
  return { cells, sums: found, truth };

  function readRow(
    report: string,
    part: string,
    label: string,
    columns: ReportRead['headline']['columns'],
    row: Row,
    exact: Row,
  ) {
    const name = (key: string) => `${report} ${part} ${label} ${key}`;
    const true_ = (key: string) => (typeof exact[key] === 'number' ? exact[key] : undefined);
    const ofShares = new Set(columns.flatMap((column) => (column.kind === 'share' ? column.of : [])));
    for (const { kind, key } of columns) {
      if (kind !== 'count') continue;
      const isSmall = knows.top && part === 'headline' && row[key] === hidden && !ofShares.has(key);
      narrow(name(key), isSmall ? [1, 7] : bounds(row[key]), true_(key));
    }
    // The shares of who is reached are made of what is shown alone: they tell nothing more.
    for (const column of columns)
      if (column.kind === 'share' && report !== 'who-is-reached') {
        const [some, all] = column.of;
        const shown = row[column.key];
        if (typeof shown === 'number') {
          undo(name, row, some, all, shown);
        }
        relate(
          [
            [1, name(all)],
            [-1, name(some)],
            [-1, name(`not ${some}`)],
          ],
          0,
          0,
        );
        const [a, b] = [truth.get(name(all)), truth.get(name(some))];
        if (a !== undefined && b !== undefined) truth.set(name(`not ${some}`), a - b);
      }
    const split = wholes[`${report} ${part}`];
    if (split && cells.has(name(split.whole)) && cells.has(name(split.parts[0]!))) {
      const [all, parts] = [name(split.whole), split.parts.map(name)];
      equal(all, parts);
      const unsaid = parts.filter((one) => !truth.has(one));
      if (unsaid.length === 1 && truth.has(all))
        truth.set(
          unsaid[0]!,
          parts.reduce((left, one) => left - (truth.get(one) ?? 0), truth.get(all)!),
        );
    }
  }

  /** A share tells the part where the whole is shown, and the whole where the part is. */
  function undo(name: (key: string) => string, row: Row, some: string, all: string, share: number) {
    const numbers = [0, ...Array.from({ length: 200 }, (_, index) => 10 + 5 * index)];
    const fits = numbers.flatMap((part) =>
      numbers
        .filter(
          (whole) =>
            whole > 0 &&
            Math.round((100 * part) / whole) === share &&
            (typeof row[some] !== 'number' || row[some] === part) &&
            (typeof row[all] !== 'number' || row[all] === whole),
        )
        .map((whole) => [part, whole] as const),
    );
    if (!fits.length) return;
    const span = (values: number[]): [number, number] => [
      bounds(Math.min(...values))[0],
      bounds(Math.max(...values))[1],
    ];
    narrow(name(some), span(fits.map(([part]) => part)));
    narrow(name(all), span(fits.map(([, whole]) => whole)));
  }
}

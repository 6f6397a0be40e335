import pg from 'pg';
import t from 'tap';
import { fill } from '../../scripts/seed/fill.ts';
import { readDonorReport } from '../../src/office/reports/donor-report.queries.ts';
import { keepReached } from '../../src/office/reports/reached.commands.ts';
import { hidden, type ReportName, reportNames } from '../../src/office/reports/report.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { anyNumber, attack } from '../helpers/attack.ts';
import { bounds, published } from '../helpers/published.ts';
import { exactlyReached } from '../helpers/reached.ts';

const { app, as, appUrl, db, deps, clock } = await testApp(t, { RATE_PER_MINUTE: '1000000' });
const client = new pg.Client(appUrl);
await client.connect();
await fill(client, { devices: 300, today: '2026-11-23' }, 'Seed of the test').finally(() => client.end());
await keepReached(deps, '2026-11-23');
const api = apiOf(app, as.manager);
type Period = { from: string; to: string };
const read = async (name: ReportName, { from, to }: Period, leaves: boolean) =>
  api('GET', `/reports/${name}?from=${from}&to=${to}${leaves ? '&suppressed=true' : ''}`);
const isSmall = (count: number | undefined) => count !== undefined && count > 0 && count < 8;

/** Every period of whole months that ends before today and may be asked for. */
async function periods(): Promise<Period[]> {
  const months = Array.from({ length: 32 }, (_, index) => new Date(Date.UTC(2024, 3 + index, 1)));
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const found: Period[] = [];
  for (const [at, first] of months.entries())
    for (const next of months.slice(at + 1, at + 13)) {
      const period = { from: day(first), to: day(new Date(next.getTime() - 86_400_000)) };
      if ((await read('reach', period, true)).status === 200) found.push(period);
    }
  return found;
}
const askable = await periods();

t.test('what may be asked for are half-years, none of which overlap', async (t) => {
  t.same(askable.slice(0, 2), [
    { from: '2024-04-01', to: '2024-09-30' },
    { from: '2024-10-01', to: '2025-03-31' },
  ]);
  for (const [at, { to }] of askable.slice(0, -1).entries()) t.ok(to < askable[at + 1]!.from, to);
});

// Whoever knows that a figure at the top is hidden for being from 1 to 7 itself begins with seven possibilities.
const attackers: { knows: { top?: true; sums?: true }; possible: number }[] = [
  { knows: {}, possible: 8 },
  { knows: { sums: true }, possible: 8 },
  { knows: { top: true, sums: true }, possible: 7 },
];
for (const { knows, possible } of attackers)
  t.test(
    `no number under 8 is told by all that is given out of a period, put together (${Object.keys(knows)})`,
    async (t) => {
      let looked = 0;
      let shown = 0;
      for (const period of askable) {
        const all = async (leaves: boolean) =>
          Promise.all(
            reportNames.map(async (name) => {
              const { body } = await read(name, period, leaves);
              return name === 'who-is-reached' && !leaves ? exactlyReached(db, body, period) : body;
            }),
          );
        const known = published(await all(true), await all(false), knows);
        const small = [...known.truth.keys()].filter((name) => isSmall(known.truth.get(name)));
        looked += small.length;
        shown += [...known.cells.values()].filter(([least, most]) => least >= 8 && most < anyNumber).length;
        for (const [name, [least, most]] of attack(known, small))
          if (most - least + 1 < possible)
            t.fail(`${period.from} ${name}: ${known.truth.get(name)} is in ${least} to ${most}`);
      }
      t.ok(looked > 50, `${looked} numbers to find`);
      t.ok(shown > 50, `${shown} numbers are shown`);
    },
  );

t.test('a donor’s page tells no number under 8, nor what one of it minus an earlier one is', async (t) => {
  const donors = await db
    .selectFrom('organisation')
    .select('id')
    .where('id', 'in', db.selectFrom('donation').select('donor_id'))
    .execute();
  const keys = ['people', 'loans', 'calls'];
  let looked = 0;
  const pages = async (id: string) => {
    const found = [];
    for (const day of ['2025-11-01', '2026-05-01', '2026-11-23']) {
      clock.set(`${day}T10:00:00Z`);
      const { figures, kinds } = await readDonorReport(deps, id);
      found.push({ figures: figures.row, kinds: kinds.rows });
    }
    return found;
  };
  for (const { id } of donors) {
    for (const { figures, kinds } of await pages(id)) {
      for (const key of keys) t.notOk(isSmall(Number(figures[key])), key);
      for (const { given, out, elsewhere } of kinds) {
        const cells = new Map([
          ['out', bounds(out)],
          ['elsewhere', bounds(elsewhere)],
        ]);
        const known = {
          cells,
          sums: [
            {
              of: [
                [1, 'out'],
                [1, 'elsewhere'],
              ] as [number, string][],
              least: Number(given),
              most: Number(given),
            },
          ],
        };
        if (out !== hidden) continue;
        looked++;
        for (const [least, most] of attack(known, ['out', 'elsewhere']).values())
          t.ok(most - least + 1 >= Math.min(8, Number(given) + 1), `of ${given}: ${least} to ${most}`);
      }
    }
  }
  t.ok(looked > 20, `${looked} hidden rows`);
});

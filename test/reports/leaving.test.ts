import { sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { fill } from '../../scripts/seed/fill.ts';
import { readDonorReport } from '../../src/office/reports/donor-report.queries.ts';
import { keepReached } from '../../src/office/reports/reached.commands.ts';
import { type ReportName, type ReportRead, reportNames } from '../../src/office/reports/report.rules.ts';
import { apiOf } from '../helpers/api.ts';
import { testApp } from '../helpers/app.ts';
import { anyNumber, attack } from '../helpers/attack.ts';
import { manager } from '../helpers/factories.ts';
import { bounds, published } from '../helpers/published.ts';
import { exactlyReached } from '../helpers/reached.ts';

const { app, as, appUrl, db, deps } = await testApp(t, { RATE_PER_MINUTE: '1000000' });
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
      let kept = 0;
      for (const period of askable) {
        const all = async (leaves: boolean) => {
          const told = await Promise.all(
            reportNames.map(async (name) => {
              const { body } = await read(name, period, leaves);
              if (name !== 'who-is-reached') return [body];
              // Of a half-year that was not kept it says nothing at all, not even that nobody is in it.
              if (body.headline.row.referred === null) return [];
              kept += leaves ? 1 : 0;
              return [leaves ? body : await exactlyReached(db, body, period)];
            }),
          );
          return told.flat();
        };
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
      t.ok(kept > 1 && kept < askable.length, `of ${kept} half-years it is told who is reached`);
    },
  );

/** The people and, on the last day, the devices that each donor’s gifts reached in a half-year, in truth. */
async function reached(donorId: string, { from, to }: Period) {
  const { rows } = await sql<{ people: string[]; out: string[] }>`
    with lent as (
      select i.device_id, d.kind, l.patient_id, i.issued_on, i.ended_on, i.status from loan_item i join loan l on l.id = i.loan_id
        join device d on d.id = i.device_id join donation n on n.id = d.donation_id
      where n.donor_id = ${donorId} and i.status <> 'recorded_by_mistake'
    )
    select array(select distinct patient_id::text from lent where issued_on <= ${to} and coalesce(ended_on >= ${from}, true) and patient_id is not null) as people,
      array(select distinct kind || ' ' || device_id from lent where issued_on <= ${to} and (coalesce(ended_on > ${to}, true) or status = 'gifted')) as out`.execute(
    db,
  );
  return rows[0]!;
}

/** What is in one list and not in the other. */
const less = (one: string[], other: string[]) => one.filter((each) => !other.includes(each)).length;

t.test('one page of a donor minus an earlier one tells no number under 8', async (t) => {
  const donors = await db
    .selectFrom('organisation')
    .select('id')
    .where('id', 'in', db.selectFrom('donation').select('donor_id'))
    .execute();
  let looked = 0;
  /** Two numbers that are shown, with what they are in truth, and who came and went between them. */
  function subtract(name: string, shown: [unknown, unknown], truths: [string[], string[]], most: number) {
    const [before, after] = truths;
    const cells = new Map<string, [number, number]>([
      ['before', bounds(shown[0])],
      ['after', bounds(shown[1])],
      ['came', [0, most]],
      ['went', [0, most]],
    ]);
    for (const [at, truth] of truths.entries()) {
      const [least, largest] = bounds(shown[at]);
      t.ok(
        truth.length >= least && truth.length <= largest,
        `${name}: ${truth.length} is shown as ${shown[at]}`,
      );
    }
    const sums: Parameters<typeof attack>[0]['sums'] = [
      {
        of: [
          [1, 'before'],
          [1, 'came'],
          [-1, 'went'],
          [-1, 'after'],
        ],
        least: 0,
        most: 0,
      },
      {
        of: [
          [1, 'before'],
          [-1, 'went'],
        ],
        least: 0,
        most,
      },
      {
        of: [
          [1, 'after'],
          [-1, 'came'],
        ],
        least: 0,
        most,
      },
    ];
    const truth = {
      came: less(after, before),
      went: less(before, after),
      before: before.length,
      after: after.length,
    };
    const small = Object.keys(truth).filter((key) => isSmall(truth[key as keyof typeof truth]));
    looked += small.length;
    for (const [key, [least, largest]] of attack({ cells, sums }, small))
      t.ok(
        largest - least >= Math.min(7, most),
        `${name}: ${truth[key as keyof typeof truth]} ${key} is in ${least} to ${largest}`,
      );
  }
  const { body: list } = await read('donors', askable.at(-1)!, true);
  const listed = new Map((list as ReportRead).parts[0]!.rows.map((row) => [row.id, row]));
  for (const { id } of donors) {
    const pages = [];
    for (const period of askable)
      pages.push({
        ...(await readDonorReport(deps, manager.actor, id, period)),
        truly: await reached(id, period),
      });
    t.match(pages.at(-1)!.figures.row, listed.get(id), 'its figures are its row of the report');
    for (const [at, after] of pages.entries()) {
      const before = pages[at - 1];
      if (!before) continue;
      const shown = (page: typeof after) => page.figures.row.people ?? 0;
      subtract('people', [shown(before), shown(after)], [before.truly.people, after.truly.people], anyNumber);
      for (const row of after.kinds.rows) {
        const outOf = (page: typeof after) => page.kinds.rows.find(({ kind }) => kind === row.kind)?.out ?? 0;
        const truly = (page: typeof after) => page.truly.out.filter((one) => one.startsWith(`${row.kind} `));
        const given = Number(row.given);
        subtract(String(row.kind), [outOf(before), outOf(after)], [truly(before), truly(after)], given);
      }
    }
  }
  t.ok(looked > 20, `${looked} numbers to find`);
});

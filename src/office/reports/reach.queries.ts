import { sql } from 'kysely';
import { itemWasLent, wasLent } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { isAway, isInWork, isPrepared } from '../../stock/devices/device.states.ts';
import { dueIn } from './follow-ups.queries.ts';
import { type Column, everyMonth, type Row } from './report.rules.ts';
import { itemsOf, monthOfDay, ofDonor, onDays, type Report, type Scope } from './report-scope.ts';

const monthColumns: Column[] = [
  { key: 'month', text: 'Month', kind: 'month' },
  { key: 'loans', text: 'Loans', kind: 'count' },
  { key: 'items', text: 'Devices lent', kind: 'count' },
  { key: 'people', text: 'People', kind: 'count' },
  { key: 'firstTime', text: 'First time', kind: 'count', rare: true },
];

/** What there is to lend, and whom it reached. */
export const reach: Report = {
  name: 'reach',
  title: 'Stock and reach',
  about: 'What there is to lend, and how many people it reached.',
  narrows: ['clinicId', 'donorId'],
  headline: [
    {
      key: 'people',
      text: 'People lent something',
      kind: 'count',
      about: 'Patients to whom at least one device was handed over in these days, each once.',
    },
    {
      key: 'loans',
      text: 'Loans',
      kind: 'count',
      about: 'Loans that began in these days, to patients and to places.',
    },
    {
      key: 'items',
      text: 'Devices lent',
      kind: 'count',
      about: 'Hand-overs of a device in these days; a device that went out twice counts twice.',
    },
    {
      key: 'supported',
      text: 'People supported',
      kind: 'count',
      about: 'Patients with at least one follow-up that took place in these days, each once.',
    },
    {
      key: 'given',
      text: 'Devices given to the scheme',
      kind: 'number',
      about: 'Devices in donations that arrived in these days. A clinic does not narrow it.',
    },
  ],
  parts: [
    {
      key: 'months',
      title: 'Month by month',
      about: 'First time: patients who had never had a loan before.',
      columns: monthColumns,
      chart: { series: ['loans', 'firstTime'], way: 'upright' },
    },
    {
      key: 'stock',
      title: 'Where the devices are now',
      inside: true,
      about: 'All devices by type, whatever the days above. A clinic does not narrow it.',
      columns: [
        { key: 'kind', text: 'Type', kind: 'label' },
        { key: 'preparing', text: 'In preparation or repair', kind: 'number' },
        { key: 'ready', text: 'Ready or reserved', kind: 'number' },
        { key: 'out', text: 'On loan or on the way back', kind: 'count' },
        { key: 'gifted', text: 'Given for good', kind: 'count' },
        { key: 'lost', text: 'Lost', kind: 'count' },
        { key: 'retired', text: 'Retired', kind: 'number' },
      ],
      chart: {
        series: ['preparing', 'ready', 'out', 'gifted', 'lost', 'retired'],
        way: 'lying',
        stacked: true,
      },
    },
  ],
  async read(db, scope, today) {
    const [{ headline, rows }, others, stock] = await Promise.all([
      readLent(db, scope),
      readOthers(db, scope, today),
      readStock(db, scope),
    ]);
    return {
      headline: { ...headline, ...others },
      parts: { months: everyMonth(scope, monthColumns, rows), stock },
    };
  },
};

/** What was handed over, by month and, in the headline, in all. */
async function readLent(db: Reader, scope: Scope): Promise<{ headline: Row; rows: Row[] }> {
  const rows = await many(db, 'report.reach', {
    month: col.orNull(col.text),
    loans: col.number,
    items: col.number,
    people: col.number,
    firstTime: col.number,
  })`
    with lent as (
      select ${monthOfDay(sql`i.issued_on`)} as month, l.id, l.patient_id, i.replaces_item_id is null as begins
      from ${itemsOf(scope)} where ${onDays(sql`i.issued_on`, scope)}
    ), first as (
      select patient_id, ${monthOfDay(sql`min(handover_on)`)} as month from loan where patient_id in (select patient_id from lent) and ${wasLent()} group by 1
    )
    select x.month, count(distinct x.id) filter (where x.begins)::int as loans, count(*)::int as items, count(distinct x.patient_id)::int as people,
      count(distinct x.patient_id) filter (where f.month = x.month)::int as "firstTime"
    from lent x left join first f on f.patient_id = x.patient_id group by grouping sets ((), (x.month))`;
  return { headline: rows.find(({ month }) => month === null)!, rows };
}

async function readOthers(db: Reader, scope: Scope, today: string): Promise<Row> {
  const { from, to, donorId } = scope;
  return one(db, 'report.supported', { supported: col.number, given: col.number })`
    select (select count(distinct f.patient_id)::int from follow_up f where f.status = 'done' and ${dueIn(scope, today)}
        ${donorId ? sql`and exists (select from loan_item s where s.loan_id = f.loan_id and ${itemWasLent('s')} and ${ofDonor(sql`s.device_id`, scope)})` : sql``}) as supported,
      (select count(*)::int from donation n join device d on d.donation_id = n.id where n.received_on between ${from}::date and ${to}::date
        ${donorId ? sql`and n.donor_id = ${donorId}` : sql``}) as given`;
}

async function readStock(db: Reader, { donorId }: Scope): Promise<Row[]> {
  return many(db, 'report.stock', {
    kind: col.text,
    preparing: col.number,
    ready: col.number,
    out: col.number,
    gifted: col.number,
    lost: col.number,
    retired: col.number,
  })`
    select kind, count(*) filter (where ${isInWork()})::int as preparing, count(*) filter (where ${isPrepared()})::int as ready,
      count(*) filter (where ${isAway()})::int as out, count(*) filter (where status = 'gifted')::int as gifted,
      count(*) filter (where status = 'lost')::int as lost, count(*) filter (where status = 'retired')::int as retired
    from device ${donorId ? sql`where donation_id in (select id from donation where donor_id = ${donorId})` : sql``}
    group by kind order by count(*) desc, kind`;
}

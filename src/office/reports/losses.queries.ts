import { type RawBuilder, sql } from 'kysely';
import { didHappen, isActedOn, isGone } from '../../lending/incidents/incident.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { type Column, everyMonth, type Row, sum } from './report.rules.ts';
import { itemsOf, ofClinic, ofDonor, onDays, type Report, type Scope, wasOut } from './report-scope.ts';

const monthColumns: Column[] = [
  { key: 'month', text: 'Month', kind: 'month' },
  { key: 'lost', text: 'Lost', kind: 'count', rare: true },
  { key: 'stolen', text: 'Stolen', kind: 'count', rare: true },
  { key: 'pawned', text: 'Pawned', kind: 'count', rare: true },
  { key: 'sold', text: 'Sold', kind: 'count', rare: true },
  { key: 'givenAway', text: 'Given away', kind: 'count', rare: true },
  { key: 'notReturned', text: 'Not returned', kind: 'count', rare: true },
  { key: 'damaged', text: 'Damaged', kind: 'count', rare: true },
  { key: 'faulty', text: 'Faulty', kind: 'count', rare: true },
];

/** What was lost, broken and replaced. */
export const losses: Report = {
  name: 'losses',
  title: 'Loss, damage and replacement',
  about: 'What was reported of devices on loan, and what was put in their place. Nobody is to blame.',
  narrows: ['clinicId', 'donorId'],
  headline: [
    {
      key: 'out',
      text: 'Devices out',
      kind: 'count',
      about: 'Hand-overs that lasted into these days, whenever they began.',
    },
    {
      key: 'gone',
      text: 'Gone',
      kind: 'count',
      about: 'Lost, stolen, pawned, sold, given away or not returned on these days, and not found since.',
    },
    { key: 'share', text: 'Gone, of those out', kind: 'share', of: ['gone', 'out'] },
    {
      key: 'found',
      text: 'Found again',
      kind: 'count',
      about: 'Gone on these days, and found since.',
    },
    {
      key: 'replaced',
      text: 'Replaced',
      kind: 'count',
      about: 'Of what happened on these days, where another device was put in its place.',
    },
  ],
  parts: [
    {
      key: 'months',
      title: 'Month by month',
      about: 'By the day on which it happened, or was told where nobody knew.',
      columns: monthColumns,
      chart: {
        series: monthColumns.flatMap(({ key, kind }) => (kind === 'count' ? key : [])),
        way: 'upright',
        stacked: true,
      },
    },
    {
      key: 'kinds',
      title: 'What happened, and what was done',
      inside: true,
      columns: [
        { key: 'kind', text: 'What happened', kind: 'label' },
        { key: 'reported', text: 'Reported', kind: 'count' },
        { key: 'share', text: 'Of those out', kind: 'share', of: ['reported', 'out'] },
        { key: 'found', text: 'Found again', kind: 'count' },
        { key: 'replaced', text: 'Replaced', kind: 'count' },
      ],
    },
    {
      key: 'devices',
      title: 'By type of device',
      ranked: true,
      columns: [
        { key: 'kind', text: 'Type', kind: 'label' },
        { key: 'out', text: 'Out', kind: 'count' },
        { key: 'gone', text: 'Gone', kind: 'count', rare: true },
        { key: 'share', text: 'Gone, of those out', kind: 'share', of: ['gone', 'out'] },
        { key: 'broken', text: 'Damaged or faulty', kind: 'count', rare: true },
      ],
    },
  ],
  async read(db, scope) {
    const [byKind, byMonth, devices] = await Promise.all([
      readKinds(db, scope),
      readMonths(db, scope),
      readDevices(db, scope),
    ]);
    const out = sum(devices, 'out');
    const headline = {
      out,
      gone: sum(devices, 'gone'),
      found: sum(byKind, 'found'),
      replaced: sum(byKind, 'replaced'),
    };
    return {
      headline,
      parts: { months: byMonth, kinds: byKind.map((row) => ({ ...row, out })), devices },
    };
  },
};

const has = (action: RawBuilder<unknown>) =>
  sql<boolean>`exists (select from incident_action a where a.incident_id = n.id and a.kind = ${action} and ${isActedOn('a')})`;
const wasFound = has(sql`'found'`);
const wasReplaced = sql<boolean>`exists (select from loan_item e where e.replaces_item_id = n.loan_item_id)`;

/** Incidents `n` of the scope, by the day on which they happened. */
const incidentsOf = (scope: Scope) => sql`
  incident n join loan l on l.id = n.loan_id
  where ${didHappen('n')} and ${onDays(sql`n.happened_on`, scope)} and ${ofClinic(sql`l.referral_id`, scope)} and ${ofDonor(sql`n.device_id`, scope)}`;

/** Every kind of incident: those by which a device is gone first. */
const reportedKinds = [...isGone.statuses, 'damaged', 'faulty'];

async function readKinds(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.losses', {
    kind: col.text,
    reported: col.number,
    found: col.number,
    replaced: col.number,
  })`
    select k.kind, count(x.id)::int as reported, count(x.id) filter (where x.found)::int as found, count(x.id) filter (where x.replaced)::int as replaced
    from unnest(${reportedKinds}::text[]) with ordinality k (kind, place)
    left join (select n.id, n.kind, ${isGone('n')} and ${wasFound} as found, ${wasReplaced} as replaced from ${incidentsOf(scope)}) x on x.kind = k.kind
    group by k.kind, k.place order by k.place`;
}

async function readMonths(db: Reader, scope: Scope): Promise<Row[]> {
  const of = (kind: string) => sql`count(*) filter (where x.kind = ${kind})::int`;
  const rows = await many(db, 'report.losses-months', {
    month: col.text,
    lost: col.number,
    stolen: col.number,
    pawned: col.number,
    sold: col.number,
    givenAway: col.number,
    notReturned: col.number,
    damaged: col.number,
    faulty: col.number,
  })`
    select to_char(x.happened_on, 'YYYY-MM') as month, ${of('lost')} as lost, ${of('stolen')} as stolen, ${of('pawned')} as pawned, ${of('sold')} as sold,
      ${of('given_away')} as "givenAway", ${of('not_returned')} as "notReturned",
      ${of('damaged')} as damaged, ${of('faulty')} as faulty
    from (select n.happened_on, n.kind from ${incidentsOf(scope)}) x group by 1`;
  return everyMonth(scope, monthColumns, rows);
}

async function readDevices(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.losses-devices', {
    kind: col.text,
    out: col.number,
    gone: col.number,
    broken: col.number,
  })`
    with out as (
      select d.kind, count(*)::int as out from ${itemsOf(scope)} join device d on d.id = i.device_id
      where ${wasOut(scope)} group by d.kind
    ), told as (
      select x.kind, count(*) filter (where x.gone)::int as gone, count(*) filter (where x.broken)::int as broken from (
        select (select d.kind from device d where d.id = n.device_id) as kind, ${isGone('n')} and not ${wasFound} as gone, n.kind in ('damaged', 'faulty') as broken
        from ${incidentsOf(scope)}) x group by x.kind
    )
    select o.kind, o.out, coalesce(t.gone, 0) as gone, coalesce(t.broken, 0) as broken
    from out o left join told t on t.kind = o.kind order by o.out desc, o.kind`;
}

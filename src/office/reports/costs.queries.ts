import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { type CostKind, costKinds, costKindWords, halfYearsWithin } from '../costs/cost.rules.ts';
import { reach } from './reach.queries.ts';
import { type Column, type Row, sum } from './report.rules.ts';
import type { Report, Scope } from './report-scope.ts';

const pounds = (key: string, text: string, about?: string): Column => ({
  key,
  text,
  kind: 'number',
  unit: 'pounds',
  ...(about && { about }),
});

/** What the scheme costs for each person, as far as it was written down. */
export const costs: Report = {
  name: 'costs',
  title: 'What it costs',
  about:
    'What the scheme spent, by its own word, and how much that is for each person. Only half-years that lie wholly in these days count, each with at least one cost written down; without, nothing is said.',
  narrows: [],
  headline: [
    pounds('spent', 'Spent', 'All costs of these half-years, to the nearest pound.'),
    { key: 'hours', text: 'Hours of staff', kind: 'number', about: 'As written down with what staff cost.' },
    {
      key: 'people',
      text: 'People lent something',
      kind: 'count',
      about: 'As in the report “Stock and reach”.',
    },
    {
      key: 'lentEach',
      text: 'For each of them',
      kind: 'each',
      of: ['spent', 'people'],
      about: 'What was spent, by the people who were lent something, to the nearest pound.',
    },
    {
      key: 'supported',
      text: 'People supported',
      kind: 'count',
      about: 'As in the report “Stock and reach”.',
    },
    {
      key: 'supportedEach',
      text: 'For each person supported',
      kind: 'each',
      of: ['spent', 'supported'],
      about: 'The same money by the people who were supported. Many of them are the same people.',
    },
    {
      key: 'given',
      text: 'Devices given to the scheme',
      kind: 'number',
      about: 'Devices in donations that arrived in these days.',
    },
    pounds(
      'bought',
      'What they would have cost new',
      'Those devices at the scheme’s own price for each type, where every type that was given has one.',
    ),
  ],
  parts: [
    {
      key: 'kinds',
      title: 'What it was spent on',
      columns: [
        { key: 'kind', text: 'Spent on', kind: 'label' },
        pounds('spent', 'Spent'),
        { key: 'hours', text: 'Hours of staff', kind: 'number' },
      ],
      chart: { series: ['spent'], way: 'lying' },
    },
    {
      key: 'devices',
      title: 'What was given, and what it would have cost new',
      about: 'A type without a price has nobody’s word for it.',
      columns: [
        { key: 'kind', text: 'Type', kind: 'label' },
        { key: 'given', text: 'Given', kind: 'number' },
        pounds('price', 'New, for one'),
        pounds('bought', 'New, for all'),
      ],
    },
  ],
  async read(db, scope, today) {
    const [total, kinds, devices, reached] = await Promise.all([
      readTotal(db, scope),
      readKinds(db, scope),
      readDevices(db, scope),
      reach.read(db, scope, today),
    ]);
    const { people, supported, given } = reached.headline;
    const isPriced = devices.every(({ bought }) => bought !== null);
    return {
      headline: {
        ...total,
        people: people ?? null,
        supported: supported ?? null,
        given: given ?? null,
        bought: isPriced ? sum(devices, 'bought') : null,
      },
      parts: { kinds, devices },
    };
  },
};

/** What was spent in all; null unless every half-year has a cost. */
async function readTotal(db: Reader, scope: Scope): Promise<Row> {
  const halves = halfYearsWithin(scope);
  return one(db, 'report.costs', { spent: col.orNull(col.number), hours: col.orNull(col.number) })`
    select case when whole then spent end as spent, case when whole then hours end as hours from (
      select count(distinct starts_on) = cardinality(${halves}::date[]) and count(*) > 0 as whole,
        round(sum(pence) / 100.0)::bigint as spent, sum(hours)::int as hours
      from cost where starts_on = any(${halves}::date[]) and taken_out_at is null) x`;
}

async function readKinds(db: Reader, scope: Scope): Promise<Row[]> {
  const rows = await many(db, 'report.cost-kinds', {
    kind: col.keyOf(costKindWords),
    spent: col.number,
    hours: col.orNull(col.number),
  })`
    select kind, round(sum(pence) / 100.0)::bigint as spent, sum(hours)::int as hours from cost
    where starts_on = any(${halfYearsWithin(scope)}::date[]) and taken_out_at is null group by kind`;
  const place = (kind: CostKind) => costKinds.indexOf(kind);
  return rows
    .sort((one, other) => place(one.kind) - place(other.kind))
    .map(({ kind, ...row }) => ({ kind: costKindWords[kind], ...row }));
}

async function readDevices(db: Reader, { from, to }: Scope): Promise<Row[]> {
  return many(db, 'report.bought-new', {
    kind: col.text,
    given: col.number,
    price: col.orNull(col.number),
    bought: col.orNull(col.number),
  })`
    select d.kind, count(*)::int as given, round((b.pence ->> d.kind)::int / 100.0)::int as price,
      round((b.pence ->> d.kind)::int * count(*) / 100.0)::bigint as bought
    from donation n join device d on d.donation_id = n.id cross join bought_new b
    where n.received_on between ${from}::date and ${to}::date group by d.kind, b.pence order by count(*) desc, d.kind`;
}

import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { outcomeCounts } from '../../support/follow-up.states.ts';
import { dueIn } from './follow-ups.queries.ts';
import { type Column, everyMonth, type Row, sum } from './report.rules.ts';
import { itemsOf, ofDonor, type Report, type Scope, wasOut } from './report-scope.ts';

const monthColumns: Column[] = [
  { key: 'month', text: 'Month', kind: 'month' },
  { key: 'began', text: 'Began', kind: 'count' },
  { key: 'ended', text: 'Ended', kind: 'count' },
];

/** What mobile data the scheme gives, and where it runs out. */
export const mobileData: Report = {
  name: 'mobile-data',
  title: 'Mobile data',
  about:
    'What mobile data people had from the scheme. How much of it they used is known to their network alone.',
  narrows: ['donorId'],
  headline: [
    {
      key: 'people',
      text: 'People with mobile data',
      kind: 'count',
      about: 'Patients who had a device with a data plan on loan on any of these days, each once.',
    },
    {
      key: 'active',
      text: 'Plans that run now',
      kind: 'number',
      inside: true,
      about: 'In a device or in the drawer, not suspended.',
    },
    {
      key: 'gigabytes',
      text: 'Gigabytes a month',
      kind: 'number',
      inside: true,
      about: 'The allowances of the plans that run now; unlimited ones do not count.',
    },
    {
      key: 'ranOut',
      text: 'Follow-ups in which data had run out',
      kind: 'count',
      about:
        'Follow-ups that took place on these days and named it as what got in the way. A donor does not narrow it.',
    },
  ],
  parts: [
    {
      key: 'months',
      title: 'Plans that began and ended',
      about: 'By the day of activation, and by the day on which a plan expired or was ended before.',
      columns: monthColumns,
      chart: { series: ['began', 'ended'], way: 'upright' },
    },
    {
      key: 'networks',
      title: 'By network, as it stands now',
      inside: true,
      columns: [
        { key: 'network', text: 'Network', kind: 'label' },
        { key: 'active', text: 'Run', kind: 'number' },
        { key: 'suspended', text: 'Suspended', kind: 'number' },
        { key: 'gigabytes', text: 'Gigabytes a month', kind: 'number' },
        { key: 'soon', text: 'End within 30 days', kind: 'number' },
      ],
    },
  ],
  async read(db, scope, today) {
    const [headline, byMonth, networks] = await Promise.all([
      readHeadline(db, scope, today),
      readMonths(db, scope),
      readNetworks(db, scope, today),
    ]);
    return {
      headline: { ...headline, active: sum(networks, 'active'), gigabytes: sum(networks, 'gigabytes') },
      parts: { months: byMonth, networks },
    };
  },
};

async function readHeadline(db: Reader, scope: Scope, today: string): Promise<Row> {
  return one(db, 'report.mobile-data', { people: col.number, ranOut: col.number })`
    select (select count(distinct l.patient_id)::int from ${itemsOf(scope)} where ${wasOut(scope)}
        and exists (select from data_plan s where s.device_id = i.device_id and s.activated_on <= coalesce(i.ended_on, ${scope.to}::date)
          and coalesce(s.ended_on, s.expires_on, 'infinity') >= i.issued_on)) as people,
      (select count(*)::int from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')}
        where ${dueIn(scope, today)} and f.status = 'done' and 'data_exhausted' = any(o.got_in_the_way)) as "ranOut"`;
}

async function readMonths(db: Reader, scope: Scope): Promise<Row[]> {
  const rows = await many(db, 'report.mobile-data-months', {
    month: col.text,
    began: col.number,
    ended: col.number,
  })`
    with moved as (
      select s.activated_on as day, 1 as began, 0 as ended from data_plan s where ${ofDonor(sql`s.device_id`, scope)}
      union all
      select least(s.ended_on, s.expires_on), 0, 1 from data_plan s where ${ofDonor(sql`s.device_id`, scope)}
    )
    select to_char(v.day, 'YYYY-MM') as month, sum(v.began)::int as began, sum(v.ended)::int as ended
    from moved v where v.day between ${scope.from}::date and ${scope.to}::date group by 1`;
  return everyMonth(scope, monthColumns, rows);
}

async function readNetworks(db: Reader, scope: Scope, today: string): Promise<Row[]> {
  return many(db, 'report.networks', {
    network: col.text,
    active: col.number,
    suspended: col.number,
    gigabytes: col.number,
    soon: col.number,
  })`
    select s.network, count(*) filter (where s.status = 'active')::int as active, count(*) filter (where s.status = 'suspended')::int as suspended,
      coalesce(sum(s.gb_per_month) filter (where s.status = 'active'), 0)::int as gigabytes,
      count(*) filter (where s.status = 'active' and s.expires_on between ${today}::date and ${today}::date + 30)::int as soon
    from data_plan s where ${isInUse('s')} and coalesce(s.expires_on >= ${today}::date, true) and ${ofDonor(sql`s.device_id`, scope)}
    group by s.network order by count(*) desc, s.network limit 50`;
}

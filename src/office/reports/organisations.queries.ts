import { sql } from 'kysely';
import { didHappen, isGone } from '../../lending/incidents/incident.states.ts';
import { itemWasLent, wasLent } from '../../lending/loans/loan.states.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { isAway } from '../../stock/devices/device.states.ts';
import { outcomeCounts } from '../../support/follow-up.states.ts';
import { dueIn } from './follow-ups.queries.ts';
import { sum } from './report.rules.ts';
import { during, onDays, type Report, wasOut } from './report-scope.ts';

/** Whose what was lent without a referral is. */
const noClinic = sql`'00000000-0000-0000-0000-000000000000'::uuid`;

/** The same figures for each clinic, to see where people are not reached. */
export const clinics: Report = {
  name: 'clinics',
  title: 'By clinic',
  about: 'What each clinic asked for, and what its patients got.',
  narrows: [],
  headline: [
    {
      key: 'clinics',
      text: 'Clinics that referred',
      kind: 'number',
      about: 'With at least one referral in these days.',
    },
    { key: 'referrals', text: 'Referrals', kind: 'count', about: 'Referrals that came in on these days.' },
  ],
  parts: [
    {
      key: 'clinics',
      title: 'Clinics',
      ranked: true,
      about:
        'People: patients with a loan that began in these days. Follow-ups: due in these days. Gone: lost, stolen, pawned, sold, given away or not returned in these days.',
      columns: [
        { key: 'name', text: 'Clinic', kind: 'label' },
        { key: 'referrals', text: 'Referrals', kind: 'count' },
        { key: 'loans', text: 'Loans', kind: 'count' },
        { key: 'people', text: 'People', kind: 'count' },
        { key: 'due', text: 'Follow-ups due', kind: 'count' },
        { key: 'share', text: 'Took place', kind: 'share', of: ['done', 'due'], inside: true },
        { key: 'gone', text: 'Gone', kind: 'count', rare: true },
      ],
      chart: { series: ['referrals', 'people'], way: 'lying' },
    },
  ],
  async read(db, scope, today) {
    const rows = await many(db, 'report.clinics', {
      name: col.text,
      referrals: col.number,
      loans: col.number,
      people: col.number,
      due: col.number,
      done: col.number,
      gone: col.number,
    })`
      with referred as (
        select clinic_id as id, count(*)::int as referrals from referral r where ${during(sql`r.received_at`, scope)} group by 1
      ), lent as (
        select coalesce(r.clinic_id, ${noClinic}) as id, count(*)::int as loans, count(distinct l.patient_id)::int as people
        from loan l left join referral r on r.id = l.referral_id where ${onDays(sql`l.handover_on`, scope)} and ${wasLent('l')} group by 1
      ), called as (
        select coalesce(r.clinic_id, ${noClinic}) as id, count(*)::int as due, count(*) filter (where f.status = 'done')::int as done
        from follow_up f left join referral r on r.id = f.referral_id where ${dueIn(scope, today)} group by 1
      ), told as (
        select coalesce(r.clinic_id, ${noClinic}) as id, count(*)::int as gone from incident n join loan l on l.id = n.loan_id left join referral r on r.id = l.referral_id
        where ${didHappen('n')} and ${isGone('n')} and ${onDays(sql`n.happened_on`, scope)} group by 1
      )
      select o.name, coalesce(a.referrals, 0) as referrals, coalesce(b.loans, 0) as loans, coalesce(b.people, 0) as people,
        coalesce(c.due, 0) as due, coalesce(c.done, 0) as done, coalesce(d.gone, 0) as gone
      from (select id, name from organisation union all select ${noClinic}, 'No clinic') o left join referred a on a.id = o.id left join lent b on b.id = o.id left join called c on c.id = o.id left join told d on d.id = o.id
      where a.id is not null or b.id is not null or c.id is not null or d.id is not null
      order by referrals desc, loans desc, lower(o.name), o.id limit 300`;
    const asked = rows.filter(({ referrals }) => referrals > 0);
    return {
      headline: {
        clinics: asked.length,
        referrals: sum(asked, 'referrals'),
      },
      parts: { clinics: rows },
    };
  },
};

/** What became of each donor’s gifts. */
export const donors: Report = {
  name: 'donors',
  title: 'By donor',
  about: 'What each donor gave, and what became of it.',
  narrows: [],
  headline: [
    { key: 'donors', text: 'Donors', kind: 'number', about: 'With at least one donation in these days.' },
    {
      key: 'given',
      text: 'Devices given',
      kind: 'number',
      about: 'Devices in donations that arrived in these days.',
    },
  ],
  parts: [
    {
      key: 'donors',
      title: 'Donors',
      ranked: true,
      about:
        'Given: in donations that arrived in these days. The other columns are of all devices that a donor ever gave: out now; the patients who had one in these days, for how many months of these days they had them, and hours of the follow-ups that took place in these days for a loan with one; lost, and retired.',
      columns: [
        { key: 'name', text: 'Donor', kind: 'label' },
        { key: 'given', text: 'Given', kind: 'number' },
        { key: 'out', text: 'Out now', kind: 'count', inside: true },
        { key: 'people', text: 'People', kind: 'count' },
        { key: 'months', text: 'Months in their hands', kind: 'typical', of: 'people' },
        { key: 'hours', text: 'Hours of support', kind: 'typical', of: 'people' },
        { key: 'lost', text: 'Lost', kind: 'count', inside: true },
        { key: 'retired', text: 'Retired', kind: 'number', inside: true },
      ],
      chart: { series: ['given', 'people'], way: 'lying' },
    },
  ],
  async read(db, scope, today) {
    const rows = await many(db, 'report.donors', {
      id: col.text,
      name: col.text,
      given: col.number,
      out: col.number,
      people: col.number,
      months: col.number,
      hours: col.number,
      lost: col.number,
      retired: col.number,
    })`
      with stock as (
        select n.donor_id as id, count(*) filter (where n.received_on between ${scope.from}::date and ${scope.to}::date)::int as given,
          count(*) filter (where ${isAway('d')})::int as out, count(*) filter (where d.status = 'lost')::int as lost,
          count(*) filter (where d.status = 'retired')::int as retired
        from donation n join device d on d.donation_id = n.id group by 1
      ), lent as (
        select n.donor_id as id, count(distinct l.patient_id)::int as people,
          round(sum(least(coalesce(i.ended_on, ${scope.to}::date), ${scope.to}::date) - greatest(i.issued_on, ${scope.from}::date)) / 30.4)::int as months
        from loan_item i join loan l on l.id = i.loan_id join device d on d.id = i.device_id join donation n on n.id = d.donation_id
        where ${wasOut(scope)} group by 1
      ), called as (
        select g.donor_id as id, round(sum(coalesce(c.minutes, f.minutes)) / 60.0)::int as hours
        from follow_up f left join follow_up_outcome c on c.follow_up_id = f.id and ${outcomeCounts('c')}
          join (select distinct i.loan_id, n.donor_id from loan_item i join device d on d.id = i.device_id join donation n on n.id = d.donation_id
            where ${itemWasLent('i')}) g on g.loan_id = f.loan_id
        where f.status = 'done' and ${dueIn(scope, today)} group by 1
      )
      select o.id, o.name, a.given, a.out, coalesce(b.people, 0) as people, coalesce(b.months, 0) as months, coalesce(c.hours, 0) as hours,
        a.lost, a.retired
      from stock a join organisation o on o.id = a.id left join lent b on b.id = o.id left join called c on c.id = o.id
      order by a.given desc, a.out desc, lower(o.name), o.id limit 300`;
    return {
      headline: {
        donors: rows.filter(({ given }) => given > 0).length,
        given: sum(rows, 'given'),
      },
      parts: { donors: rows },
    };
  },
};

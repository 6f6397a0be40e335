import { sql } from 'kysely';
import { wasLent } from '../../lending/loans/loan.states.ts';
import type { ReferralStatus } from '../../referrals/referral.rules.ts';
import { isAccepted } from '../../referrals/referral.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { type Column, everyMonth, type Row, sum } from './report.rules.ts';
import { during, monthOf, monthOfDay, onDays, type Report, type Scope } from './report-scope.ts';

/** What a referral has become, as people outside the office would say it. */
const became: Record<ReferralStatus, string> = {
  received: 'Not decided yet',
  asked: 'We asked the clinic something',
  waiting: 'Accepted, waits for a device or data',
  active: 'Being helped',
  closed: 'Helped, and over',
  declined: 'We could not help',
  withdrawn: 'Withdrawn',
};
const becameWords = (status: string): string => became[status as ReferralStatus] ?? status;

const monthColumns: Column[] = [
  { key: 'month', text: 'Month', kind: 'month' },
  { key: 'received', text: 'Referrals', kind: 'count' },
  { key: 'lent', text: 'First loans', kind: 'count' },
  { key: 'median', text: 'Half within (days)', kind: 'typical', of: 'lent' },
  { key: 'most', text: 'Nine in ten within (days)', kind: 'typical', of: 'lent' },
];

/** How long people wait from a referral to something in their hands. */
export const referralToLoan: Report = {
  name: 'referral-to-loan',
  title: 'From referral to loan',
  about: 'How long people wait for what they were referred for.',
  narrows: ['clinicId'],
  headline: [
    {
      key: 'received',
      text: 'Referrals',
      kind: 'count',
      about: 'Referrals that came in on these days.',
    },
    {
      key: 'lent',
      text: 'First loans',
      kind: 'count',
      about:
        'Referrals whose first loan began in these days. Loans taken over from before Lendwell do not count.',
    },
    {
      key: 'median',
      text: 'Half had it within',
      kind: 'typical',
      of: 'lent',
      unit: 'days',
      about: 'The median of the days from a referral’s arrival to its first loan.',
    },
    {
      key: 'most',
      text: 'Nine in ten had it within',
      kind: 'typical',
      of: 'lent',
      unit: 'days',
      about: 'The ninth decile of the same days.',
    },
    {
      key: 'waiting',
      text: 'Waiting now',
      kind: 'count',
      inside: true,
      about:
        'Referrals on the waiting list with a need for a device or data that is open, whatever the days above.',
    },
  ],
  parts: [
    {
      key: 'months',
      title: 'Month by month',
      about: 'By the month in which the first loan began.',
      columns: monthColumns,
      chart: { series: ['median', 'most'], way: 'upright' },
    },
    {
      key: 'ages',
      title: 'How long those who wait have waited',
      inside: true,
      about: 'As it stands now.',
      columns: [
        { key: 'age', text: 'Waited', kind: 'label' },
        { key: 'waiting', text: 'Referrals', kind: 'count' },
      ],
      chart: { series: ['waiting'], way: 'lying' },
    },
    {
      key: 'outcomes',
      title: 'What became of the referrals of these days',
      inside: true,
      columns: [
        { key: 'status', text: 'Now', kind: 'label', words: becameWords },
        { key: 'referrals', text: 'Referrals', kind: 'count' },
        { key: 'share', text: 'Share', kind: 'share', of: ['referrals', 'all'] },
      ],
    },
  ],
  async read(db, scope, today) {
    const [lent, received, ages, outcomes] = await Promise.all([
      readLent(db, scope),
      readReceived(db, scope),
      readAges(db, scope, today),
      readOutcomes(db, scope),
    ]);
    const byMonth = received.filter(({ month }) => month !== null);
    const rows = everyMonth(scope, monthColumns, byMonth).map((row) => ({
      ...row,
      ...lent.find(({ month }) => month === row.month),
    }));
    const all = (found: Row[]) => found.find(({ month }) => month === null);
    return {
      headline: { ...all(received), ...all(lent), waiting: sum(ages, 'waiting') },
      parts: { months: rows, ages, outcomes },
    };
  },
};

const ofClinic = ({ clinicId }: Scope) => (clinicId ? sql`and r.clinic_id = ${clinicId}` : sql``);

/** The first loan of each referral that began in these days, with how many days it took: none where the referral was written down only after. */
const firstLoans = (scope: Scope) => sql`
  select l.handover_on, greatest(0, l.handover_on - (r.received_at at time zone 'Europe/London')::date) as days
  from loan l join referral r on r.id = l.referral_id ${ofClinic(scope)}
  where ${onDays(sql`l.handover_on`, scope)} and not l.taken_over and ${wasLent('l')}
    and not exists (select from loan e where e.referral_id = l.referral_id and ${wasLent('e')} and (e.handover_on, e.id) < (l.handover_on, l.id))`;

const isWaiting = sql`${isAccepted('r')} and exists (
  select from referral_need n where n.referral_id = r.id and n.need in ('device', 'data') and n.status = 'open')`;

/** First loans by month and, without a month, in all. */
async function readLent(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.referral-to-loan', {
    month: col.orNull(col.text),
    lent: col.number,
    median: col.orNull(col.number),
    most: col.orNull(col.number),
  })`
    select month, count(*)::int as lent, percentile_disc(0.5) within group (order by days) as median, percentile_disc(0.9) within group (order by days) as most
    from (select ${monthOfDay(sql`handover_on`)} as month, days from (${firstLoans(scope)}) f) x group by grouping sets ((), (month))`;
}

async function readReceived(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.referrals-received', { month: col.orNull(col.text), received: col.number })`
    select month, count(*)::int as received from (
      select ${monthOf(sql`r.received_at`)} as month from referral r where ${during(sql`r.received_at`, scope)} ${ofClinic(scope)}
    ) x group by grouping sets ((), (month))`;
}

async function readAges(db: Reader, scope: Scope, today: string): Promise<Row[]> {
  return many(db, 'report.waiting-ages', { age: col.text, waiting: col.number })`
    with bands (place, age, least, most) as (
      values (1, 'Up to 2 weeks', 0, 14), (2, '2 to 4 weeks', 15, 28), (3, '4 to 8 weeks', 29, 56), (4, '8 to 13 weeks', 57, 91), (5, 'More than 13 weeks', 92, null)
    ), waiting as (
      select ${today}::date - (coalesce(r.waiting_since, r.received_at) at time zone 'Europe/London')::date as days
      from referral r where ${isWaiting} ${ofClinic(scope)}
    )
    select b.age, count(w.days)::int as waiting from bands b
    left join waiting w on w.days >= b.least and (b.most is null or w.days <= b.most) group by b.place, b.age order by b.place`;
}

async function readOutcomes(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.referral-outcomes', { status: col.text, referrals: col.number, all: col.number })`
    select r.status, count(*)::int as referrals, (sum(count(*)) over ())::int as "all" from referral r
    where ${during(sql`r.received_at`, scope)} ${ofClinic(scope)} group by r.status order by count(*) desc, r.status`;
}

import { sql } from 'kysely';
import { barriers, barrierWords, needs } from '../../referrals/referral.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import type { Row } from './report.rules.ts';
import { during, ofClinic, type Report, type Scope } from './report-scope.ts';

/** What people were referred for, what stood in their way, and who has not got it. */
export const need: Report = {
  name: 'need',
  title: 'Need',
  about:
    'What people were referred for, what stood in their way, and who had not got it by the last of these days.',
  narrows: ['clinicId'],
  headline: [
    { key: 'received', text: 'Referrals', kind: 'count', about: 'Referrals that came in on these days.' },
    {
      key: 'declined',
      text: 'Declined',
      kind: 'count',
      about: 'Of these, those that were declined by the last of these days.',
    },
    {
      key: 'waiting',
      text: 'Without what they were referred for',
      kind: 'count',
      about:
        'Referrals of any day that, at the end of these days, had a need for a device or data which was neither met nor given up.',
    },
  ],
  parts: [
    {
      key: 'needs',
      title: 'What people were referred for',
      about:
        'Of the referrals of these days; one may have several needs. Met: by the last of these days, so that a referral of the last weeks has had little time.',
      columns: [
        { key: 'need', text: 'Need', kind: 'label' },
        { key: 'asked', text: 'Referrals', kind: 'count' },
        { key: 'met', text: 'Met', kind: 'count' },
        { key: 'share', text: 'Met, of those', kind: 'share', of: ['met', 'asked'] },
        { key: 'open', text: 'Not met yet', kind: 'count', inside: true },
        { key: 'dropped', text: 'Given up', kind: 'count', inside: true },
      ],
      chart: { series: ['asked', 'met'], way: 'lying' },
    },
    {
      key: 'barriers',
      title: 'What stood in the way',
      about: 'As the clinic said of the referrals of these days; one may name several.',
      ranked: true,
      columns: [
        { key: 'barrier', text: 'Barrier', kind: 'label', words: barrierWords },
        { key: 'named', text: 'Referrals', kind: 'count' },
        { key: 'share', text: 'Of all', kind: 'share', of: ['named', 'received'] },
      ],
      chart: { series: ['named'], way: 'lying' },
    },
  ],
  async read(db, scope) {
    const [headline, asked, named] = await Promise.all([
      readHeadline(db, scope),
      readNeeds(db, scope),
      readBarriers(db, scope),
    ]);
    const received = headline.received ?? 0;
    return { headline, parts: { needs: asked, barriers: named.map((row) => ({ ...row, received })) } };
  },
};

/** Whether a need `n` was met or given up by the end of a scope. */
const settledBy = ({ to }: Scope) =>
  sql<boolean>`(n.settled_at is not null and (n.settled_at at time zone 'Europe/London')::date <= ${to}::date)`;

/** Referrals `r` that came in on the days of a scope. */
const receivedIn = (scope: Scope) =>
  sql<boolean>`${during(sql`r.received_at`, scope)} and ${ofClinic(sql`r.id`, scope)}`;

async function readHeadline(db: Reader, scope: Scope): Promise<Row> {
  return one(db, 'report.need', { received: col.number, declined: col.number, waiting: col.number })`
    select count(*)::int as received,
      count(*) filter (where r.status = 'declined' and exists (select from referral_status s where s.referral_id = r.id and s.status = 'declined' and (s.at at time zone 'Europe/London')::date <= ${scope.to}::date))::int as declined,
      (select count(distinct n.referral_id)::int from referral_need n join referral w on w.id = n.referral_id and ${ofClinic(sql`w.id`, scope)}
        where n.asked and n.need in ('device', 'data') and (w.received_at at time zone 'Europe/London')::date <= ${scope.to}::date and not ${settledBy(scope)}) as waiting
    from referral r where ${receivedIn(scope)}`;
}

async function readNeeds(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.needs', {
    need: col.text,
    asked: col.number,
    met: col.number,
    open: col.number,
    dropped: col.number,
  })`
    select k.need, count(x.need)::int as asked, count(x.need) filter (where x.settled and x.status = 'met')::int as met,
      count(x.need) filter (where not x.settled)::int as open, count(x.need) filter (where x.settled and x.status = 'dropped')::int as dropped
    from unnest(${[...needs]}::text[]) with ordinality k (need, place)
    left join (select n.need, n.status, ${settledBy(scope)} as settled from referral r join referral_need n on n.referral_id = r.id and n.asked where ${receivedIn(scope)}) x
      on x.need = k.need
    group by k.need, k.place order by k.place`;
}

async function readBarriers(db: Reader, scope: Scope): Promise<Row[]> {
  return many(db, 'report.barriers', { barrier: col.text, named: col.number })`
    select k.barrier, count(x.barrier)::int as named from unnest(${[...barriers]}::text[]) with ordinality k (barrier, place)
    left join (select unnest(r.barriers) as barrier from referral r where ${receivedIn(scope)}) x on x.barrier = k.barrier
    group by k.barrier, k.place order by count(x.barrier) desc, k.place`;
}

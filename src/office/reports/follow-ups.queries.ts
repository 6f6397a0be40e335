import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { isAhead, outcomeCounts } from '../../support/follow-up.states.ts';
import { extraStep, obstacles, obstacleWords, planStep } from '../../support/support.rules.ts';
import { type Column, everyMonth, type Row } from './report.rules.ts';
import { ofClinic, type Report, type Scope } from './report-scope.ts';

const monthColumns: Column[] = [
  { key: 'month', text: 'Month', kind: 'month' },
  { key: 'done', text: 'Took place', kind: 'count' },
  { key: 'missed', text: 'Missed', kind: 'count' },
  { key: 'open', text: 'No outcome yet', kind: 'count' },
  { key: 'share', text: 'Took place, of those due', kind: 'share', of: ['done', 'due'] },
];

/** Whether people were called, and what got in the way. */
export const followUps: Report = {
  name: 'follow-ups',
  title: 'Follow-ups',
  about: 'Whether people had the support that was planned, and what got in the way.',
  narrows: ['clinicId'],
  headline: [
    {
      key: 'due',
      text: 'Follow-ups due',
      kind: 'count',
      about: 'Planned for these days and no later than today, and not cancelled.',
    },
    { key: 'done', text: 'Took place', kind: 'count' },
    { key: 'share', text: 'Took place, of those due', kind: 'share', of: ['done', 'due'] },
    {
      key: 'people',
      text: 'People supported',
      kind: 'count',
      about: 'Patients with at least one follow-up that took place, each once.',
    },
    {
      key: 'hours',
      text: 'Hours',
      kind: 'typical',
      of: 'people',
      about: 'Of the follow-ups that took place: the minutes recorded, or those planned where none were.',
    },
  ],
  parts: [
    {
      key: 'months',
      title: 'Month by month',
      columns: monthColumns,
      chart: { series: ['done', 'missed', 'open'], way: 'upright', stacked: true },
    },
    {
      key: 'steps',
      title: 'By step',
      ranked: true,
      columns: [
        { key: 'step', text: 'Step', kind: 'label' },
        { key: 'due', text: 'Due', kind: 'count' },
        { key: 'done', text: 'Took place', kind: 'count' },
        { key: 'missed', text: 'Missed', kind: 'count' },
        { key: 'open', text: 'No outcome yet', kind: 'count' },
        { key: 'share', text: 'Took place, of those due', kind: 'share', of: ['done', 'due'] },
      ],
    },
    {
      key: 'obstacles',
      title: 'What got in the way',
      ranked: true,
      about: 'Of the follow-ups that took place, those in which it was named; one may name several.',
      columns: [
        { key: 'obstacle', text: 'What', kind: 'label' },
        { key: 'named', text: 'Follow-ups', kind: 'count' },
        { key: 'share', text: 'Of those that took place', kind: 'share', of: ['named', 'done'] },
      ],
      chart: { series: ['named'], way: 'lying' },
    },
  ],
  async read(db, scope, today) {
    const [counted, named] = await Promise.all([
      readCounts(db, scope, today),
      readObstacles(db, scope, today),
    ]);
    const headline = counted.find(({ month, step }) => month === null && step === null)!;
    return {
      headline,
      parts: {
        months: everyMonth(scope, monthColumns, counted),
        steps: counted
          .filter(({ step }) => step !== null)
          .sort((one, other) => Number(other.due) - Number(one.due)),
        obstacles: named.map((row) => ({ ...row, done: headline.done ?? 0 })),
      },
    };
  },
};

/** Follow-ups `f` that were due in the days of a scope, and no later than a civil date: a clinic has those of its referrals. */
export const dueIn = (scope: Scope, today: string) => sql`
  f.due_on between ${scope.from}::date and least(${scope.to}::date, ${today}::date) and f.status <> 'cancelled' and ${ofClinic(sql`f.referral_id`, scope)}`;

/** The counts by month, by step and, with neither, in all. */
async function readCounts(db: Reader, scope: Scope, today: string): Promise<Row[]> {
  return many(db, 'report.follow-ups', {
    month: col.orNull(col.text),
    step: col.orNull(col.text),
    due: col.number,
    done: col.number,
    missed: col.number,
    open: col.number,
    hours: col.number,
    people: col.orNull(col.number),
  })`
    select x.month, x.step, count(*)::int as due, count(*) filter (where x.status = 'done')::int as done, count(*) filter (where x.status = 'missed')::int as missed,
      count(*) filter (where ${isAhead('x')})::int as open, round(coalesce(sum(x.minutes) filter (where x.status = 'done'), 0) / 60.0)::int as hours,
      case when grouping(x.month, x.step) = 3 then count(distinct x.patient_id) filter (where x.status = 'done')::int end as people
    from (
      select to_char(f.due_on, 'YYYY-MM') as month, coalesce(${sql.raw(planStep('f'))}, ${extraStep}) as step, f.status, f.patient_id, coalesce(o.minutes, f.minutes) as minutes
      from follow_up f left join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')} where ${dueIn(scope, today)}
    ) x group by grouping sets ((), (x.month), (x.step))`;
}

async function readObstacles(db: Reader, scope: Scope, today: string): Promise<Row[]> {
  const rows = await many(db, 'report.obstacles', { obstacle: col.keyOf(obstacleWords), named: col.number })`
    with named as (
      select x.obstacle, count(*)::int as named from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')}
        cross join unnest(o.got_in_the_way) x (obstacle)
      where ${dueIn(scope, today)} and f.status = 'done' group by x.obstacle
    )
    select k.obstacle, coalesce(n.named, 0) as named from unnest(${[...obstacles]}::text[]) with ordinality k (obstacle, place)
    left join named n on n.obstacle = k.obstacle order by coalesce(n.named, 0) desc, k.place`;
  return rows.map(({ obstacle, named }) => ({ obstacle: obstacleWords[obstacle], named }));
}

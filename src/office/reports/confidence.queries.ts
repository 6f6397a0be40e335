import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { outcomeCounts } from '../../support/follow-up.states.ts';
import { frequencies } from '../../support/support.rules.ts';
import { ofClinic, type Report, type Scope } from './report-scope.ts';

/** Whether people feel surer with what they were lent than they did at first. */
export const confidence: Report = {
  name: 'confidence',
  title: 'Confidence before and after',
  about: 'What people said of themselves at their first follow-up and at their latest.',
  narrows: ['clinicId'],
  headline: [
    {
      key: 'people',
      text: 'People asked twice',
      kind: 'count',
      about:
        'Patients who said how confident they feel, from 1 to 5, at two follow-ups or more, the latest of them in these days. The first may be earlier.',
    },
    { key: 'more', text: 'More confident', kind: 'share', of: ['surer', 'people'] },
    { key: 'same', text: 'As confident as at first', kind: 'share', of: ['level', 'people'], inside: true },
    { key: 'less', text: 'Less confident', kind: 'share', of: ['unsure', 'people'], inside: true },
    {
      key: 'before',
      text: 'At first',
      kind: 'typical',
      of: 'people',
      unit: 'of 5',
      about: 'The average of the first answers of the same people.',
    },
    {
      key: 'after',
      text: 'At the latest',
      kind: 'typical',
      of: 'people',
      unit: 'of 5',
      about: 'The average of their latest answers.',
    },
  ],
  parts: [
    {
      key: 'levels',
      title: 'How confident people feel',
      inside: true,
      about: '1 is not at all confident, 5 very confident.',
      columns: [
        { key: 'level', text: 'Confidence', kind: 'label' },
        { key: 'before', text: 'At first', kind: 'count' },
        { key: 'after', text: 'At the latest', kind: 'count' },
      ],
      chart: { series: ['before', 'after'], way: 'upright' },
    },
    {
      key: 'frequencies',
      title: 'How often people use what they have',
      about: 'Patients who said it at two follow-ups or more, the latest of them in these days.',
      columns: [
        { key: 'frequency', text: 'How often', kind: 'label' },
        { key: 'before', text: 'At first', kind: 'count' },
        { key: 'after', text: 'At the latest', kind: 'count' },
      ],
      chart: { series: ['before', 'after'], way: 'upright' },
    },
  ],
  async read(db, scope) {
    const [confident, often] = await Promise.all([
      readAnswers(db, scope, 'confidence'),
      readAnswers(db, scope, 'frequency'),
    ]);
    const of = (holds: (one: Answered) => boolean) => total(confident.filter(holds));
    const people = total(confident);
    return {
      headline: {
        people,
        surer: of(({ before, after }) => after > before),
        level: of(({ before, after }) => after === before),
        unsure: of(({ before, after }) => after < before),
        before: average(confident, 'before'),
        after: average(confident, 'after'),
      },
      parts: {
        levels: ['1', '2', '3', '4', '5'].map((level) => ({ level, ...timesSaid(confident, level) })),
        frequencies: frequencies.map((frequency) => ({ frequency, ...timesSaid(often, frequency) })),
      },
    };
  },
};

/** How many people said one thing at first and another, or the same, at the latest. */
const Answered = { before: col.text, after: col.text, people: col.number };
type Answered = RowOf<typeof Answered>;

const total = (answered: Answered[]) => answered.reduce((sum, { people }) => sum + people, 0);

function average(answered: Answered[], when: 'before' | 'after'): number | null {
  const people = total(answered);
  const sum = answered.reduce((all, one) => all + Number(one[when]) * one.people, 0);
  return people ? Math.round((10 * sum) / people) / 10 : null;
}

const timesSaid = (answered: Answered[], what: string) => ({
  before: total(answered.filter(({ before }) => before === what)),
  after: total(answered.filter(({ after }) => after === what)),
});

/** The first and the latest answer of the people who gave two, the latest in the days of a scope. */
async function readAnswers(
  db: Reader,
  scope: Scope,
  question: 'confidence' | 'frequency',
): Promise<Answered[]> {
  const answer = question === 'confidence' ? sql`o.confidence::text` : sql`o.frequency`;
  return many(db, 'report.answers', Answered)`
    select b.value as before, a.value as after, count(*)::int as people from (
      select distinct on (f.patient_id) f.patient_id, f.id, ${answer} as value
      from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')}
      where f.due_on between ${scope.from}::date and ${scope.to}::date and f.status = 'done' and ${answer} is not null and ${ofClinic(sql`f.referral_id`, scope)}
      order by f.patient_id, f.due_on desc, f.starts_at desc, f.id desc
    ) a join (
      select distinct on (f.patient_id) f.patient_id, f.id, ${answer} as value
      from follow_up f join follow_up_outcome o on o.follow_up_id = f.id and ${outcomeCounts('o')}
      where f.due_on <= ${scope.to}::date and f.status = 'done' and ${answer} is not null
      order by f.patient_id, f.due_on, f.starts_at, f.id
    ) b on b.patient_id = a.patient_id and b.id <> a.id
    group by 1, 2`;
}

import { sql } from 'kysely';
import {
  groupsOf,
  type QuestionName,
  questionNames,
  ratherNot,
} from '../../people/equality/equality.rules.ts';
import { instantOf } from '../../shared/clock.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { settledOn } from './leaving.rules.ts';
import { notAsked } from './reached.rules.ts';
import type { Period, Row } from './report.rules.ts';
import { during, itemsOf, onDays } from './report-scope.ts';

/** The people who were referred, and those to whom something was handed over, each once though records were merged. */
const people = (period: Period) => sql`
  select coalesce(p.merged_into, p.id) as id, bool_or(x.referred) as referred, bool_or(x.lent) as lent
  from (
    select r.patient_id, true as referred, false as lent from referral r where ${during(sql`r.received_at`, period)}
    union select l.patient_id, false, true from ${itemsOf(period)} where ${onDays(sql`i.issued_on`, period)}
  ) x join patient p on p.id = x.patient_id group by 1`;

/** What was written down last of each of them, as `getEquality` has it; nothing where they said nothing. */
const said = sql`
  select distinct on (coalesce(p.merged_into, p.id)) coalesce(p.merged_into, p.id) as id,
    e.age, e.sex, e.gender, e.ethnicity, e.disability, e.area
  from equality_answer e join patient p on p.id = e.patient_id
  order by coalesce(p.merged_into, p.id), e.changed_at desc, e.given_on desc, p.merged_into is null desc`;

/** Whether anybody had been asked by the day on which a half-year was settled: before that there is nothing to count by. */
export async function wasAsked(db: Reader, period: Period): Promise<boolean> {
  const settled = instantOf(settledOn(period), '00:00');
  const { asked } = await one(db, 'report.reached-asked', { asked: col.boolean })`
    select exists (select from equality_answer where changed_at < ${settled}) as asked`;
  return asked;
}

/**
 * How many people were reached in a period by what they said, exactly: for `keepReached` alone, since nobody is shown it.
 * A row for each group, whether anybody is in it or not.
 */
export async function countReached(
  db: Reader,
  period: Period,
): Promise<{ everyone: { referred: number; lent: number }; byQuestion: Record<QuestionName, Row[]> }> {
  const counted = { referred: col.number, lent: col.number };
  const everyone = await one(db, 'report.reached-everyone', counted)`
    select count(*) filter (where referred)::int as referred, count(*) filter (where lent)::int as lent from (${people(period)}) x`;
  const rows = await many(db, 'report.reached', {
    question: col.oneOf(questionNames),
    answer: col.text,
    ...counted,
  })`
    select q.question, coalesce(q.answer, ${notAsked}) as answer, count(*) filter (where x.referred)::int as referred, count(*) filter (where x.lent)::int as lent
    from (${people(period)}) x left join (${said}) s on s.id = x.id
      cross join lateral (values ('age', s.age), ('sex', s.sex), ('gender', s.gender), ('ethnicity', s.ethnicity),
        ('disability', s.disability), ('area', s.area)) q (question, answer)
    group by 1, 2`;
  const ofGroup = (question: QuestionName, answer: string) =>
    rows.find((row) => row.question === question && row.answer === answer);
  const byQuestion = questionNames.map((question) => [
    question,
    [...groupsOf(question).map(({ value }) => value), ratherNot, notAsked].map((answer): Row => {
      const { referred = 0, lent = 0 } = ofGroup(question, answer) ?? {};
      return { answer, referred, lent };
    }),
  ]);
  return { everyone, byQuestion: Object.fromEntries(byQuestion) };
}

import { type RawBuilder, sql } from 'kysely';
import { languageName } from '../../people/contact.rules.ts';
import { formats, formatWords } from '../../people/format.rules.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { handoutCounts } from '../../support/handout.states.ts';
import { topics, topicWords } from '../../support/support.rules.ts';
import { type Column, everyMonth, type Row } from './report.rules.ts';
import { during, monthOf, ofClinic, type Report, type Scope } from './report-scope.ts';

const counts: Column[] = [
  { key: 'given', text: 'Given', kind: 'count' },
  { key: 'people', text: 'People', kind: 'count', inside: true },
];
const monthColumns: Column[] = [{ key: 'month', text: 'Month', kind: 'month' }, ...counts];
const by = (key: string, title: string) => ({
  key,
  title,
  ranked: true as const,
  columns: [{ key: 'name', text: title.replace('By ', ''), kind: 'label' } as Column, ...counts],
});

/** What people were given to read at calls and drop-ins. */
export const guides: Report = {
  name: 'guides',
  title: 'Guides and signposts',
  about: 'What people were given at follow-ups and drop-ins, on paper or by a message that went.',
  narrows: ['clinicId'],
  headline: [
    {
      key: 'given',
      text: 'Given',
      kind: 'count',
      about: 'Guides and signposts on paper, and those whose message went. What did not go is not counted.',
    },
    { key: 'people', text: 'People', kind: 'count', about: 'Who was given at least one, each once.' },
    { key: 'sent', text: 'By a message', kind: 'count', inside: true },
    { key: 'printed', text: 'On paper', kind: 'count', inside: true },
  ],
  parts: [
    {
      key: 'months',
      title: 'Month by month',
      columns: monthColumns,
      chart: { series: ['given'], way: 'upright' },
    },
    by('things', 'By guide or signpost'),
    by('topics', 'By topic'),
    by('languages', 'By language'),
    by('formats', 'By format'),
  ],
  async read(db, scope) {
    const rows = await readGiven(db, scope);
    // Each table holds all that was given, so that none can be subtracted from another.
    const part = (key: string, say = (name: string) => name, none = 'A signpost') =>
      rows
        .filter((row) => row.part === key)
        .map(({ name, given, people }): Row => ({ name: name === null ? none : say(name), given, people }));
    const { given, people, sent, printed } = rows.find((row) => row.part === 'all')!;
    return {
      headline: { given, people, sent, printed },
      parts: {
        months: everyMonth(
          scope,
          monthColumns,
          part('months').map(({ name, ...row }) => ({ month: name ?? null, ...row })),
        ),
        things: part('things'),
        topics: part('topics', (name) => wordIn(topics, topicWords, name), 'No topic'),
        languages: part('languages', languageName),
        formats: part('formats', (name) => wordIn(formats, formatWords, name)),
      },
    };
  },
};

const wordIn = <K extends string>(keys: readonly K[], words: Record<K, string>, name: string) => {
  const key = keys.find((one) => one === name);
  return key ? words[key] : name;
};

/** What was given in the days of a scope, in all and by each thing that it is counted by. One statement. */
async function readGiven(db: Reader, scope: Scope) {
  const part = (key: string, name: RawBuilder<unknown>) => sql`
    select ${key}::text as part, ${name} as name, count(*)::int as given, count(distinct patient_id)::int as people,
      count(*) filter (where way = 'message')::int as sent, count(*) filter (where way = 'paper')::int as printed
    from given group by 2`;
  return many(db, 'report.guides', {
    part: col.text,
    name: col.orNull(col.text),
    given: col.number,
    people: col.number,
    sent: col.number,
    printed: col.number,
  })`
    with given as (
      select h.patient_id, h.way, h.language, h.format, coalesce(g.name, s.name || ' (signpost)') as thing, coalesce(g.topic, s.topic) as topic,
        ${monthOf(sql`h.given_at`)} as month
      from handout h left join guide g on g.id = h.guide_id left join signpost s on s.id = h.signpost_id left join follow_up f on f.id = h.follow_up_id
      where ${during(sql`h.given_at`, scope)} and ${handoutCounts('h')} and ${ofClinic(sql`f.referral_id`, scope)}
        and (h.way = 'paper' or exists (select from reminder r join message m on m.id = r.message_id
          where r.reason = 'handout' and r.subject_id = h.id and r.status = 'said' and m.status in ('sent', 'delivered')))
    )
    select 'all' as part, null as name, count(*)::int as given, count(distinct patient_id)::int as people,
      count(*) filter (where way = 'message')::int as sent, count(*) filter (where way = 'paper')::int as printed from given
    union all ${sql.join(
      [
        part('months', sql`month`),
        part('things', sql`thing`),
        part('topics', sql`topic`),
        part('languages', sql`language`),
        part('formats', sql`format`),
      ],
      sql` union all `,
    )}
    order by given desc, name`;
}

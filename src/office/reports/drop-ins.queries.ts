import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { attendanceCounts, dropInCounts } from '../../support/drop-in.states.ts';
import { ageBands, ageBandWords, topicWords } from '../../support/support.rules.ts';
import type { Row } from './report.rules.ts';
import { onDays, type Report, type Scope } from './report-scope.ts';

/** What drop-ins were for, and for how many: those who are known by name and those who were tallied, nobody twice. */
export const dropIns: Report = {
  name: 'drop-ins',
  title: 'Drop-ins',
  about: 'Help for whoever came to a place at a time, with a loan or without one.',
  narrows: [],
  headline: [
    {
      key: 'people',
      text: 'People',
      kind: 'count',
      about:
        'Patients who came in these days, each once, and visitors who were tallied as new here. Whoever had been before was counted then.',
    },
    {
      key: 'visits',
      text: 'Visits',
      kind: 'count',
      about: 'Everyone who came, each time: known by name, tallied, or counted with the others.',
    },
    { key: 'held', text: 'Drop-ins', kind: 'number', about: 'Those that took place.' },
    {
      key: 'hours',
      text: 'Hours',
      kind: 'number',
      about: 'As long as they were to last, to the nearest hour.',
    },
    {
      key: 'sessions',
      text: 'Times a shared device was used',
      kind: 'count',
      about: 'As whoever was there wrote it down.',
    },
    {
      key: 'pages',
      text: 'Pages looked at',
      kind: 'count',
      about: 'On shared devices, counted by what they were about. Which pages they were is kept nowhere.',
    },
  ],
  parts: [
    {
      key: 'pages',
      title: 'What pages were about',
      about: 'A topic has its parts in it.',
      ranked: true,
      columns: [
        { key: 'topic', text: 'Topic', kind: 'label' },
        { key: 'pages', text: 'Pages', kind: 'count' },
        { key: 'share', text: 'Share of pages', kind: 'share', of: ['pages', 'whole'] },
      ],
      chart: { series: ['pages'], way: 'lying' },
    },
    {
      key: 'parts',
      title: 'Parts of topics',
      ranked: true,
      columns: [
        { key: 'topic', text: 'Part', kind: 'label' },
        { key: 'partOf', text: 'Of', kind: 'label' },
        { key: 'pages', text: 'Pages', kind: 'count' },
        { key: 'share', text: 'Share of its topic', kind: 'share', of: ['pages', 'whole'] },
      ],
    },
    {
      key: 'topics',
      title: 'What people asked about',
      about:
        'Visits of people who are known by name or were tallied; a visit may have several topics, or none.',
      columns: [
        { key: 'topic', text: 'Topic', kind: 'label' },
        { key: 'visits', text: 'Visits', kind: 'count' },
        { key: 'share', text: 'Share of visits', kind: 'share', of: ['visits', 'whole'] },
      ],
      chart: { series: ['visits'], way: 'lying' },
    },
    {
      key: 'ages',
      title: 'How old visitors were',
      about: 'Visitors who were tallied, as whoever was there guessed it.',
      columns: [
        { key: 'age', text: 'Age', kind: 'label' },
        { key: 'visits', text: 'Visits', kind: 'count' },
        { key: 'isNew', text: 'New here', kind: 'count' },
        { key: 'share', text: 'New, of visits', kind: 'share', of: ['isNew', 'visits'] },
      ],
      chart: { series: ['visits'], way: 'upright' },
    },
    {
      key: 'places',
      title: 'Where',
      ranked: true,
      columns: [
        { key: 'place', text: 'Place', kind: 'label' },
        { key: 'held', text: 'Drop-ins', kind: 'number' },
        { key: 'visits', text: 'Visits', kind: 'count' },
      ],
      chart: { series: ['visits'], way: 'lying' },
    },
  ],
  async read(db, scope, today) {
    const held = heldIn(scope, today);
    const [headline, pages, topics, ages, places] = await Promise.all([
      readHeadline(db, held),
      readPages(db, held),
      readTopics(db, held),
      readAges(db, held),
      readPlaces(db, held),
    ]);
    const isPart = ({ partOf }: Row) => partOf !== null;
    return {
      headline,
      parts: {
        pages: pages.filter((row) => !isPart(row)),
        parts: pages.filter(isPart),
        topics,
        ages,
        places,
      },
    };
  },
};

/** The drop-ins `d` that took place in the days of a scope. */
const heldIn = (scope: Scope, today: string) =>
  sql`drop_in d where ${onDays(sql`d.held_on`, scope)} and d.held_on <= ${today}::date and d.cancelled_at is null and ${dropInCounts('d')}`;
type Held = ReturnType<typeof heldIn>;

const readHeadline = (db: Reader, held: Held): Promise<Row> =>
  one(db, 'report.drop-ins', {
    people: col.number,
    visits: col.number,
    held: col.number,
    hours: col.number,
    sessions: col.number,
    pages: col.number,
  })`
    with held as (select d.id, d.minutes, d.others, d.shared_sessions from ${held}),
    came as (select x.patient_id from drop_in_person x where x.drop_in_id in (select id from held) and ${attendanceCounts('x')}),
    tallied as (select v.came_before from drop_in_visitor v where v.drop_in_id in (select id from held))
    select ((select count(distinct patient_id) from came) + (select count(*) from tallied where not came_before))::int as people,
      ((select count(*) from came) + (select count(*) from tallied) + (select coalesce(sum(others), 0) from held))::int as visits,
      (select count(*)::int from held) as held, (select coalesce(round(sum(minutes) / 60.0), 0)::int from held) as hours,
      (select coalesce(sum(shared_sessions), 0)::int from held) as sessions,
      (select coalesce(sum(n.pages), 0)::int from drop_in_pages n where n.drop_in_id in (select id from held)) as pages`;

/** Each topic and each part of one, the largest first. */
const readPages = (db: Reader, held: Held): Promise<Row[]> =>
  many(db, 'report.drop-in-pages', {
    topic: col.text,
    partOf: col.orNull(col.text),
    pages: col.number,
    whole: col.number,
  })`
    with counted as (
      select coalesce(t.part_of, t.id) as topic_id, t.part_of is not null as is_part, t.id, sum(n.pages)::int as pages
      from drop_in_pages n join page_topic t on t.id = n.topic_id where n.drop_in_id in (select d.id from ${held}) group by t.id
    ), topic as (
      select topic_id, sum(pages)::int as pages, (sum(sum(pages)) over ())::int as whole from counted group by 1
    )
    select t.name as topic, null as "partOf", w.pages, w.whole from topic w join page_topic t on t.id = w.topic_id
    union all select p.name, t.name, c.pages, w.pages from counted c
      join topic w on w.topic_id = c.topic_id join page_topic t on t.id = w.topic_id join page_topic p on p.id = c.id where c.is_part
    order by pages desc, topic, "partOf"`;

async function readTopics(db: Reader, held: Held): Promise<Row[]> {
  const rows = await many(db, 'report.drop-in-topics', {
    topic: col.orNull(col.text),
    visits: col.number,
  })`
    with visit as (
      select x.topics from drop_in_person x where x.drop_in_id in (select d.id from ${held}) and ${attendanceCounts('x')}
      union all select v.topics from drop_in_visitor v where v.drop_in_id in (select d.id from ${held})
    )
    select null as topic, count(*)::int as visits from visit
    union all select topic, count(*)::int from visit, unnest(topics) as topic group by 1 order by 2 desc, 1`;
  const whole = rows.find(({ topic }) => topic === null)?.visits ?? 0;
  return rows.flatMap(({ topic, visits }) =>
    topic === null ? [] : { topic: topicWords[topic as keyof typeof topicWords] ?? topic, visits, whole },
  );
}

async function readAges(db: Reader, held: Held): Promise<Row[]> {
  const rows = await many(db, 'report.drop-in-ages', {
    age: col.orNull(col.oneOf(ageBands)),
    visits: col.number,
    isNew: col.number,
  })`
    select v.age_band as age, count(*)::int as visits, count(*) filter (where not v.came_before)::int as "isNew"
    from drop_in_visitor v where v.drop_in_id in (select d.id from ${held}) group by 1`;
  return [...ageBands, null].map((band) => {
    const { visits = 0, isNew = 0 } = rows.find(({ age }) => age === band) ?? {};
    return { age: band ? ageBandWords[band] : 'Not said', visits, isNew };
  });
}

const readPlaces = (db: Reader, held: Held): Promise<Row[]> =>
  many(db, 'report.drop-in-places', { place: col.text, held: col.number, visits: col.number })`
    select l.name as place, count(*)::int as held, sum(d.others
      + (select count(*) from drop_in_person x where x.drop_in_id = d.id and ${attendanceCounts('x')})
      + (select count(*) from drop_in_visitor v where v.drop_in_id = d.id))::int as visits
    from (select d.id, d.location_id, d.others from ${held}) d join location l on l.id = d.location_id
    group by l.id order by 3 desc, lower(l.name) limit 200`;

import { type RawBuilder, sql } from 'kysely';
import t from 'tap';
import {
  correctionsOf,
  endingWith,
  messageKinds,
  ofSubject,
  plannedKinds,
  timed,
} from '../../src/messages/kind.queries.ts';
import { subjects } from '../../src/messages/kinds/kind.ts';
import { reminderReasons } from '../../src/messages/message.rules.ts';
import { templateWordings } from '../../src/messages/template.rules.ts';
import { testDatabase } from '../helpers/database.ts';

const { db } = await testDatabase(t);
/** The words in quotation marks of a definition in the database. */
const quoted = async (definition: RawBuilder<unknown>) => {
  const { rows } = await sql<{ text: string }>`select ${definition} as text`.execute(db);
  return [...rows[0]!.text.matchAll(/'([^']+)'::text/g)].map(([, word]) => word!).toSorted();
};
/** The kinds that a list in SQL names. */
const named = async (list: RawBuilder<unknown>) => {
  const { rows } = await sql<{ reason: string }>`
    select reason from unnest(${[...reminderReasons]}::text[]) with ordinality k (reason, place) where reason in ${list} order by place`.execute(
    db,
  );
  return rows.map(({ reason }) => reason);
};

t.test('the kinds are those that the database knows, and each has its texts', async (t) => {
  const check = sql`(select pg_get_constraintdef(oid) from pg_constraint where conname = 'reminder_reason_check')`;
  t.same(await quoted(check), reminderReasons.toSorted());
  t.same(Object.keys(messageKinds), reminderReasons, 'in the same order');
  const texts = await db
    .selectFrom('template')
    .select(['reason', 'wording'])
    .distinct()
    .where('language', '=', 'en')
    .execute();
  t.same(
    texts.map(({ reason, wording }) => `${reason} ${wording}`).toSorted(),
    reminderReasons.flatMap((reason) => templateWordings.map((wording) => `${reason} ${wording}`)).toSorted(),
  );
});

t.test('what is said ahead of a time has its index', async (t) => {
  const index = sql`(select pg_get_indexdef('reminder_said_ahead'::regclass))`;
  t.same(
    (await quoted(index)).filter((word) => word !== 'said'),
    (await named(timed)).toSorted(),
  );
});

t.test('kinds by what they are about, what they correct and what they end with', async (t) => {
  t.same(await named(ofSubject('follow_up')), ['follow_up', 'changed', 'off']);
  t.same(await named(endingWith('follow_up')), ['follow_up', 'changed'], 'not that it is off');
  t.same(await named(correctionsOf('follow_up')), ['changed', 'off']);
  t.same(await named(ofSubject('loan')), ['return_due', 'overdue', 'put_off', 'wrong_day']);
  t.same(await named(endingWith('loan')), ['return_due', 'overdue', 'put_off', 'wrong_day']);
  t.same(await named(correctionsOf('loan')), ['put_off', 'wrong_day']);
  t.same(await named(timed), ['follow_up', 'changed', 'off']);
});

t.test(
  'each kind is planned by the night, corrects what was told or is written by someone; each subject has one',
  async (t) => {
    for (const [reason, { planned, staffTell }] of Object.entries(messageKinds))
      t.equal(
        [
          planned !== undefined,
          staffTell !== undefined,
          ['announcement', 'handout', 'questions'].includes(reason),
        ].filter(Boolean).length,
        1,
        reason,
      );
    t.same(
      plannedKinds.filter(({ goesAhead }) => goesAhead).map(({ reason }) => reason),
      ['follow_up'],
    );
    const used = new Set(Object.values(messageKinds).map(({ subject }) => subject));
    t.same([...used].toSorted(), Object.keys(subjects).toSorted());
  },
);

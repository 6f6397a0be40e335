import { sql } from 'kysely';
import t from 'tap';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { gatherReminders } from '../../src/messages/gather.commands.ts';
import { planReminders } from '../../src/messages/reminder.commands.ts';
import { templateFaults } from '../../src/messages/template.rules.ts';
import type { Reader } from '../../src/shared/database.ts';
import { newId } from '../../src/shared/ids.ts';
import { testDatabase } from '../helpers/database.ts';
import { steps } from '../helpers/steps.ts';

const states = ['open', 'paused_over', 'paused', 'withdrawn', 'deceased'] as const;
const channels = ['sms', 'email', 'letter', 'phone'] as const;
const safeties = ['safe', 'not_safe', 'stopped', 'failed', 'recheck_passed'] as const;
const choices = ['any_safe', 'patient_contacts_us'] as const;
const wordings = ['discreet', 'identified'] as const;

/** Who else has the number or address, what they say of it, and whether that is to be heeded. */
const others = [
  { who: 'nobody', says: 'safe', heeded: false },
  { who: 'nhs_number', says: 'safe', heeded: false },
  { who: 'nhs_number', says: 'not_safe', heeded: true },
  { who: 'name', says: 'stopped', heeded: true },
  { who: 'name', says: 'failed', heeded: true },
  { who: 'birth_date', says: 'recheck_passed', heeded: true },
  { who: 'birth_date', says: 'not_safe', heeded: true },
  { who: 'kept_apart', says: 'not_safe', heeded: false },
  { who: 'merged', says: 'not_safe', heeded: false },
  { who: 'someone_else', says: 'not_safe', heeded: false },
] as const;

/** Everything with everything; hours that never meet the window of sending with all that is known of one person alone. */
const all = [
  ...combined(wordings, others, null),
  ...combined(['identified'], [others[0]], [{ days: [1, 2, 3, 4, 5], from: '19:00', to: '21:00' }]),
];

function combined(
  worded: readonly (typeof wordings)[number][],
  besides: readonly (typeof others)[number][],
  when: object[] | null,
) {
  return states.flatMap((state) =>
    channels.flatMap((channel) =>
      safeties.flatMap((safety) =>
        choices.flatMap((choice) =>
          worded.flatMap((wording) =>
            besides.map((other) => ({ state, channel, safety, choice, wording, when, other })),
          ),
        ),
      ),
    ),
  );
}

/** Those of the combinations in which a message goes out, each with what tells their number or address from all others. */
const expected = all.flatMap((one, place) => {
  const { state, channel, safety, choice, when, other, wording } = one;
  const goes =
    (state === 'open' || state === 'paused_over') &&
    channel !== 'phone' &&
    safety === 'safe' &&
    choice === 'any_safe' &&
    !when &&
    !other.heeded;
  return goes
    ? [
        {
          wording,
          mark:
            channel === 'sms'
              ? String(10_000_000 + place)
              : channel === 'email'
                ? `P${place}@`
                : `${place} High`,
        },
      ]
    : [];
});

/** A number or address, with what is known of it. */
const point = (value: string, channel: string, safety: string, when: unknown = null) => ({
  id: newId(),
  channel,
  value,
  safe: safety !== 'not_safe',
  recheckDue: safety === 'recheck_passed' ? '2026-11-22' : null,
  stoppedAt: safety === 'stopped' ? '2026-11-20T10:00:00Z' : null,
  failedAt: safety === 'failed' ? '2026-11-20T10:00:00Z' : null,
  hours: when,
});

t.test(
  'rules 11, 12, 13, 24 and 25: whatever is known of someone, nothing goes where it may not, or says more than it may',
  async (t) => {
    const { step } = steps(t);
    const { deps, db, clock } = await testDatabase(t);
    clock.set('2026-11-23T03:15:00Z');
    await writePeople(db);
    const said = async () =>
      (
        await sql<{
          to: string;
          body: string;
          subject: string | null;
        }>`select recipient as "to", body, subject from captured_message order by id`.execute(db)
      ).rows;
    await step('nothing goes before the hour', async (t) => {
      await planReminders(deps, ['follow_up'], '2026-11-23');
      await gatherReminders(deps, '2026-11-23');
      for (const time of ['03:20', '07:59']) {
        clock.set(`2026-11-23T${time}:00Z`);
        await dispatch(deps);
        t.same((await said()).length, 0, `nothing goes at ${time}`);
      }
    });

    await step('at eight, it goes to whoever may be written to, and to nobody else', async (t) => {
      clock.set('2026-11-23T08:00:00Z');
      await dispatch(deps);
      const messages = await said();
      t.equal(
        messages.length,
        expected.length,
        `of ${all.length} combinations ${expected.length} may be written to`,
      );
      const unexpected = messages.filter(
        ({ to }) =>
          !expected.some(({ mark }) => to.includes(mark) && (!mark.endsWith(' High') || to.startsWith(mark))),
      );
      t.same(unexpected.slice(0, 5), [], 'nobody else was');
    });

    await step('a discreet one names nobody and nothing', async (t) => {
      const messages = await said();
      const telling = messages.filter(({ to, body, subject }) => {
        const one = expected.find(({ mark }) => to.includes(mark));
        return (
          one?.wording === 'discreet' &&
          (/Ana|scheme/i.test(`${subject} ${body}`) ||
            templateFaults({ subject: subject ?? '', body }, 'discreet').length > 0)
        );
      });
      t.same(telling.slice(0, 5), [], 'a discreet one names nobody and nothing');
    });
    t.comment(`${all.length} combinations walked`);
  },
);

/** A patient for each combination, and beside them whoever else has their number or address. */
function people() {
  return all.flatMap(({ state, channel, safety, choice, wording, when, other }, place) => {
    const value =
      channel === 'email'
        ? `P${place}@example.com`
        : channel === 'letter'
          ? `${place} High Street\nLondon\nN1 1AA`
          : `+4477${10_000_000 + place}`;
    const person = {
      id: newId(),
      given: `Ana${place}`,
      family: `Pereira${place}`,
      born: '1998-04-04',
      nhs: String(9_000_000_000 + place),
      wording,
      choice,
      state: state === 'paused_over' ? 'paused' : state,
      pausedUntil: state === 'paused' ? '2027-01-01' : state === 'paused_over' ? '2026-11-20' : null,
      mergedInto: null as string | null,
      point: point(value, channel, safety, when),
    };
    if (other.who === 'nobody') return [person];
    const otherway = channel === 'sms' && other.says === 'not_safe' ? 'phone' : channel;
    const second = {
      ...person,
      id: newId(),
      given: other.who === 'name' ? person.given.toUpperCase() : 'Luis',
      family: other.who === 'name' ? person.family : 'Costa',
      born: other.who === 'birth_date' || other.who === 'nhs_number' ? '1998-04-04' : '1950-01-01',
      nhs:
        other.who === 'nhs_number' || other.who === 'kept_apart' || other.who === 'merged'
          ? person.nhs
          : null,
      state: 'open',
      pausedUntil: null,
      mergedInto: other.who === 'merged' ? person.id : null,
      point: point(value.toLowerCase(), otherway, other.says),
    };
    return [{ ...person, nhs: second.nhs === null ? null : person.nhs }, second];
  });
}

/** Writes them all, with a call on the next day for each patient. */
async function writePeople(db: Reader) {
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(people())}::jsonb) x (id uuid, given text, family text, born date, nhs text, wording text,
        choice text, state text, "pausedUntil" date, "mergedInto" uuid, point jsonb)
    ), p as (
      insert into patient (id, given_name, family_name, date_of_birth, nhs_number, wording, contact_choice, contact_state, paused_until, merged_into, created_at, changed_at)
      select id, given, family, born, nhs, wording, choice, state, "pausedUntil", "mergedInto", now(), now() from given
    )
    insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, recheck_due, stopped_at, failed_at, hours, created_at)
    select c.id, g.id, 0, c.channel, c.value, c.safe, case when c.safe then '2026-11-01'::date end, c."recheckDue", c."stoppedAt", c."failedAt",
      nullif(c.hours, 'null'::jsonb), now()
    from given g, jsonb_to_record(g.point) c (id uuid, channel text, value text, safe boolean, "recheckDue" date, "stoppedAt" timestamptz,
      "failedAt" timestamptz, hours jsonb)`.execute(db);
  await sql`
    insert into patient_kept_apart (one, other, by_name, at)
    select least(a.id, b.id), greatest(a.id, b.id), 'Olive', now() from patient a join patient b on b.nhs_number = a.nhs_number and b.id <> a.id
    where b.family_name = 'Costa' and b.date_of_birth = '1950-01-01' and b.merged_into is null`.execute(db);
  await sql`
    insert into follow_up (id, patient_id, step, due_on, starts_at, minutes, way, created_at, changed_at)
    select new_id(), id, 'First call', '2026-11-24', '10:00', 20, 'phone', now(), now() from patient where given_name like 'Ana%'`.execute(
    db,
  );
  await sql`analyze`.execute(db);
}

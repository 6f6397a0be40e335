import { type Kysely, sql } from 'kysely';
import type { DB } from '../../src/shared/database.types.ts';

type Seed = {
  patients: number;
  dueOn: string;
  startsAt?: string;
  /** Follow-ups of each patient on that day, an hour apart. */
  each?: number;
  wording?: 'discreet' | 'identified';
  channel?: 'sms' | 'email' | 'letter' | 'phone';
  value?: string;
  safe?: boolean;
  hours?: object[];
};

/** How many were seeded before: each is somebody of their own, by name, NHS number and birth date. */
let seeded = 0;

/** Patients with a follow-up each, as rows: for tests of many, or of what no command makes. */
export async function seedFollowUps(
  db: Kysely<DB>,
  seed: Seed,
): Promise<{ patientId: string; followUpId: string }[]> {
  const {
    patients,
    dueOn,
    startsAt = '10:00',
    each = 1,
    wording = 'discreet',
    channel = 'sms',
    safe = true,
  } = seed;
  const value = seed.value ?? '+447700900123';
  const hours = seed.hours ? JSON.stringify(seed.hours) : null;
  const { rows } = await sql<{ patientId: string; followUpId: string }>`
    with p as (
      insert into patient (id, given_name, family_name, nhs_number, date_of_birth, wording, created_at, changed_at)
      select new_id(), 'Amal', 'Example ' || n, (9000000000 + n)::text, make_date(1931 + n % 40, 7, 17), ${wording}, now(), now()
      from generate_series(${seeded + 1}::int, ${seeded + patients}::int) n returning id
    ), c as (
      insert into contact_point (id, patient_id, position, channel, value, safe, safe_from, hours, created_at)
      select new_id(), id, 0, ${channel}, ${value}, ${safe}, '2026-01-01', ${hours}::jsonb, now() from p
    )
    insert into follow_up (id, patient_id, step, due_on, starts_at, minutes, way, created_at, changed_at)
    select new_id(), p.id, 'One week', ${dueOn}, ${startsAt}::time + n * interval '1 hour', 20, 'phone', now(), now() from p, generate_series(0, ${each - 1}::int) n
    returning patient_id as "patientId", id as "followUpId"`.execute(db);
  seeded += patients;
  return rows;
}

/** What the capture channel took, and how the messages stand. */
export async function sentMessages(db: Kysely<DB>) {
  const captured = await db
    .selectFrom('captured_message')
    .select(['reference', 'recipient', 'channel', 'body', 'subject'])
    .orderBy('id')
    .execute();
  const messages = await db
    .selectFrom('message')
    .select(['id', 'patient_id', 'status', 'why', 'channel', 'run_date', 'send_after', 'claim'])
    .orderBy('id')
    .execute();
  const reminders = await db
    .selectFrom('reminder')
    .select(['id', 'subject_id', 'status', 'reason', 'for_date', 'message_id'])
    .orderBy('id')
    .execute();
  return { captured, messages, reminders };
}

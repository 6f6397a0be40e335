import { type Kysely, sql } from 'kysely';

/**
 * An incident that was reported by mistake is taken back: it stays with a status of its own and counts nowhere, and
 * what it took off its loan is out again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    insert into device_move (from_status, to_status) values ('lost', 'on_loan'), ('in_repair', 'on_loan');

    alter table incident
      drop constraint incident_status_check,
      add constraint incident_status_check check (status in ('open', 'closed', 'recorded_by_mistake')),
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add column taken_back_reason text,
      add constraint a_mistake_says_why check ((status = 'recorded_by_mistake') = (taken_back_at is not null)
        and (taken_back_at is null) = (taken_back_by is null) and (taken_back_at is null) = (taken_back_reason is null));
    comment on column incident.taken_back_at is 'When it was taken back as recorded by mistake. Such an incident counts nowhere.';
    comment on column incident.taken_back_by is 'Who of the staff took it back, by name.';
  `.execute(db);
}

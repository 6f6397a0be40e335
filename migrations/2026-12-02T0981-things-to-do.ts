import { type Kysely, sql } from 'kysely';

/**
 * What is to be done about an incident is asked for, done or not needed, line by line; and a line that was a slip can be
 * taken back. How a broken device comes to us is agreed with the person: a line of its own.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table incident_action
      drop constraint incident_action_kind_check,
      add constraint incident_action_kind_check check (kind in ('lock', 'lost_mode', 'locate', 'wipe', 'suspend_sim', 'concern', 'told_police', 'told_ig',
        'agree_return', 'found', 'write_off', 'note', 'replaced', 'approved', 'closed')),
      add column not_needed boolean not null default false,
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add constraint what_is_not_needed_is_not_done check (not (not_needed and confirmed_at is not null)),
      add column status text not null generated always as (
        case when taken_back_at is not null then 'taken_back' when not_needed then 'not_needed'
          when confirmed_at is null then 'asked' else 'done' end) stored
        constraint incident_action_status_check check (status in ('asked', 'done', 'not_needed', 'taken_back'));
    comment on column incident_action.not_needed is 'It was decided that it need not be done.';
    comment on column incident_action.status is 'What stands of it; a line that was taken back is in the story alone.';
  `.execute(db);
}

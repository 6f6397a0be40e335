import { type Kysely, sql } from 'kysely';

/** Lists that people give, between looking at them and recording them; a long one is worked on meanwhile. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table kept_sheet (
      id uuid primary key,
      staff_id uuid not null references staff,
      kind text not null check (kind in ('donation', 'take_over')),
      status text not null check (status in ('kept', 'to_judge', 'judged', 'to_save', 'saving', 'saved', 'failed')),
      mark bytea not null,
      sheet bytea,
      said bytea,
      found bytea,
      lines int not null check (lines >= 0),
      lines_done int not null default 0 check (lines_done >= 0),
      result jsonb,
      event_id uuid references event,
      changed_at timestamptz not null,
      seen_at timestamptz,
      expires_at timestamptz not null,
      check ((status = 'saved') = (sheet is null)),
      check ((status = 'saved') = (result is not null))
    );
    comment on table kept_sheet is 'Lists that someone of the staff gave, between looking at them and recording them, and how far the work on a long one is. All that they hold is sealed for whoever gave them.';
    comment on column kept_sheet.mark is 'A keyed hash of the list and of what was said of it: a second press is known by it.';
    comment on column kept_sheet.sheet is 'Sealed: the text of the list. Gone once it is recorded.';
    comment on column kept_sheet.said is 'Sealed: what was typed beside it. Gone once it is recorded.';
    comment on column kept_sheet.found is 'Sealed: what would happen with each line, or why it was refused. Gone once it is recorded.';
    comment on column kept_sheet.result is 'What became of it, without a word of anyone: a sentence, and where it leads.';
    comment on column kept_sheet.event_id is 'The event that asked for the work on it, of which the outbox knows.';
    comment on column kept_sheet.seen_at is 'When whoever gave it saw what became of it.';
    create index kept_sheet_owner on kept_sheet (staff_id);
    create index kept_sheet_event on kept_sheet (event_id);
    create index kept_sheet_end on kept_sheet (expires_at);
  `.execute(db);
}

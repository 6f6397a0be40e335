import { type Kysely, sql } from 'kysely';

/** What a form was answered with, for the browser that comes back to it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table kept_page (
      id uuid primary key,
      sealed bytea not null,
      kept_at timestamptz not null
    );
    comment on table kept_page is 'Pages that answered a form, for an hour, so that a browser can come back to them.';
    comment on column kept_page.sealed is 'Sealed for whoever sent the form: a member of staff, or the browser of someone who signs in nowhere.';
    create index kept_page_age on kept_page (kept_at);
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** The papers for whoever pays, each with its figures as they left the scheme on its day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table paper (
      id uuid primary key,
      starts_on date not null,
      ends_on date not null,
      made_on date not null,
      content jsonb not null,
      made_at timestamptz not null,
      made_by text not null,
      constraint paper_once_a_day unique (ends_on, made_on),
      constraint paper_is_of_days check (starts_on < ends_on and ends_on < made_on)
    );
    comment on table paper is 'A paper for whoever pays: one for each year and day, the same however often it is asked for.';
    comment on column paper.content is 'The reports of both half-years as they leave the scheme, with their definitions. No words of people, whose consent may end.';
    create trigger paper_kept before update on paper for each row execute function refuse_change();
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** The scheme itself: its name, its logo and how it is reached. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table scheme (
      id boolean primary key default true check (id),
      name text check (name ~ '\\S'),
      phone text,
      email text,
      opening_hours text,
      website text,
      logo bytea check (octet_length(logo) <= 200000),
      logo_type text check (logo_type in ('image/png', 'image/jpeg')),
      logo_width int check (logo_width > 0),
      logo_height int check (logo_height > 0),
      logo_hash text,
      changed_at timestamptz not null default now(),
      constraint scheme_logo_whole check (num_nulls(logo, logo_type, logo_width, logo_height, logo_hash) in (0, 5))
    );
    comment on table scheme is 'The scheme itself: one row. Without a name nothing was set yet, and the settings SCHEME_NAME and SCHEME_PHONE hold.';
    insert into scheme default values;
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** Days on which the scheme itself is closed count as bank holidays do. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table closed_day (
      day date primary key,
      title text not null check (title ~ '\\S'),
      by_name text not null,
      added_at timestamptz not null
    );
    comment on table closed_day is 'Days on which the scheme is closed beside weekends and bank holidays.';

    create view day_off as select day from bank_holiday union all select day from closed_day;
    comment on view day_off is 'Days without work that are no weekends: the one place that says so.';

    create or replace function is_working_day(day date) returns boolean language plpgsql stable strict as $$
    begin
      return extract(isodow from day) < 6 and not exists (select from day_off o where o.day = is_working_day.day);
    end $$;
    comment on function is_working_day is 'Whether this is a working day of England and Wales on which the scheme is open.';
    grant delete on closed_day to lendwell_app;
  `.execute(db);
}

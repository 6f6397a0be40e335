import { type Kysely, sql } from 'kysely';

/** One reading of a civil time in London as an instant. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function start_of(day date, at time) returns timestamptz language sql stable strict parallel safe as $$
      select case when (((day + at) at time zone 'Europe/London') - interval '1 hour') at time zone 'Europe/London' = day + at
        then ((day + at) at time zone 'Europe/London') - interval '1 hour'
        else (day + at) at time zone 'Europe/London' end
    $$;
    comment on function start_of is 'The instant of a time in London; of a time that comes twice, when the clocks go back, the first.';
  `.execute(db);
}

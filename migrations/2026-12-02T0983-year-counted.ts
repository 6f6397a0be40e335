import { type Kysely, sql } from 'kysely';

/** The year in sentences is counted once a day, for whoever asks first, and read from here by the others. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table year_counted (
      counted_on date primary key,
      figures jsonb not null,
      counted_at timestamptz not null
    );
    comment on table year_counted is 'Figures of the last twelve months and of the twelve before, exact, for inside the scheme. The newest day alone is kept.';
  `.execute(db);
}

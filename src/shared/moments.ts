import { type RawBuilder, sql } from 'kysely';

/**
 * Whether a column was written by the command that wrote an instant. A command reads the clock anew for each thing that
 * it writes, so that the column is that instant or one of the moments after it.
 * @param column such as sql`t.created_at`
 * @param instant ISO 8601, or a column that the command wrote before it or at the same time
 */
export const writtenWith = (column: RawBuilder<unknown>, instant: string | RawBuilder<unknown>) =>
  sql<boolean>`(${column} >= ${instant}::timestamptz and ${column} < ${instant}::timestamptz + interval '30 seconds')`;

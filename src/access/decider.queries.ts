import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { permissions } from './permissions.ts';

export const Decider = { id: col.text, name: col.text };
export type Decider = RowOf<typeof Decider>;

/** Who may decide about referrals: a condition on `staff`, however it is called in the statement. */
export const mayDecide = sql<boolean>`(role = any(${[...permissions['referrals.decide']]}::text[]) and suspended_at is null)`;

/** Staff who decide about referrals, by name, as one JSON value. */
export const decidersJson = sql`coalesce((select json_agg(json_build_object('id', id, 'name', name) order by lower(name), id)
  from staff where ${mayDecide}), '[]')`;

/** Staff who decide about referrals, by name. */
export async function listDeciders(db: Reader): Promise<Decider[]> {
  const row = await one(db, 'staff.deciders', {
    staff: col.listOf(col.object(Decider)),
  })`select ${decidersJson} as staff`;
  return row.staff;
}

import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { permissions } from './permissions.ts';

export type Decider = { id: string; name: string };

/** Staff who decide about referrals, by name, as one JSON value. */
export const decidersJson = sql`coalesce((select json_agg(json_build_object('id', id, 'name', name) order by lower(name), id)
  from staff where suspended_at is null and role = any(${[...permissions['referrals.decide']]}::text[])), '[]')`;

/** Staff who decide about referrals, by name. */
export async function listDeciders(db: Reader): Promise<Decider[]> {
  const { rows } = await sql<{
    staff: Decider[];
  }>`/* staff.deciders */ select ${decidersJson} as staff`.execute(db);
  return rows[0]!.staff;
}

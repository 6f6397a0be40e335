import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { readScheme } from './scheme.queries.ts';

/** The names of the scheme and of its clinics, which no text for strangers' eyes says: whoever sees it learns nothing of its reader. */
export async function namesToLeaveOut(deps: Pick<Deps, 'config'>, db: Reader): Promise<string[]> {
  const { name } = await readScheme(deps, db);
  return [name, ...(await clinicNames(db))];
}

/** The names of clinics. */
export async function clinicNames(db: Reader): Promise<string[]> {
  const clinics = await many(db, 'scheme.names', { name: col.text })`
    select name from organisation where 'clinic' = any(roles)`;
  return clinics.map(({ name }) => name);
}

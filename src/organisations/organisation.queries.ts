import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import type { LocationKind } from './organisation.commands.ts';

export type Named = { id: string; name: string };

/** The places that hold stock or host people, by name. */
export async function listLocations(db: Reader): Promise<(Named & { kind: LocationKind })[]> {
  return db.selectFrom('location').select(['id', 'name', 'kind']).orderBy('name').execute();
}

/** The clinics that refer, by name. */
export async function listClinics(db: Reader): Promise<Named[]> {
  return db
    .selectFrom('organisation')
    .select(['id', 'name'])
    .where(sql<boolean>`'clinic' = any(roles)`)
    .orderBy('name')
    .execute();
}

/** The donors, by name. */
export async function listDonors(db: Reader): Promise<Named[]> {
  return db
    .selectFrom('organisation')
    .select(['id', 'name'])
    .where(sql<boolean>`'donor' = any(roles)`)
    .orderBy('name')
    .execute();
}

import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import type { Location } from './location.schemas.ts';
import type { LocationKind } from './organisation.rules.ts';

const columns = sql`l.id, l.name, l.kind, l.changed_at as "changedAt",
  case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as organisation,
  (select count(*)::int from device d
    where d.location_id = l.id and d.status in ('in_preparation', 'ready', 'reserved', 'in_repair')) as devices`;

/** The places that hold stock or host people, by name, with how many devices are kept at each. */
export async function listPlaces(db: Reader): Promise<Location[]> {
  const { rows } = await sql<Location>`
    select ${columns} from location l left join organisation o on o.id = l.organisation_id order by l.name`.execute(
    db,
  );
  return rows;
}

/**
 * One place.
 * @throws Problem `not-found`
 */
export async function getLocation(db: Reader, id: string): Promise<Location> {
  const { rows } = await sql<Location>`
    select ${columns} from location l left join organisation o on o.id = l.organisation_id where l.id = ${id}`.execute(
    db,
  );
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/**
 * The location that a request names.
 * @throws Problem `invalid` at `/locationId` when there is none
 */
export async function requireLocation(
  db: Reader,
  id: string,
): Promise<{ id: string; name: string; kind: LocationKind }> {
  const { rows } = await sql<{ id: string; name: string; kind: LocationKind }>`/* location.get */
    select id, name, kind from location where id = ${id}`.execute(db);
  if (!rows[0]) throw invalid({ pointer: '/locationId', message: 'There is no location of this id.' });
  return rows[0];
}

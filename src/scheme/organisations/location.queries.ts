import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { isInHand } from '../../stock/devices/device.states.ts';
import { Location } from './location.schemas.ts';
import type { LocationKind } from './organisation.rules.ts';

const columns = sql`l.id, l.name, l.kind, l.changed_at as "changedAt",
  case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end as organisation,
  (select count(*)::int from device d
    where d.location_id = l.id and ${isInHand('d')}) as devices`;

/** The places that hold stock or host people, by name, with how many devices are kept at each. */
export async function listPlaces(db: Reader): Promise<Location[]> {
  return many(db, each('location.list-places'), Location.properties)`
    select ${columns} from location l left join organisation o on o.id = l.organisation_id order by l.name`;
}

/**
 * One place.
 * @throws Problem `not-found`
 */
export async function getLocation(db: Reader, id: string): Promise<Location> {
  const row = await maybe(db, each('location.named'), Location.properties)`
    select ${columns} from location l left join organisation o on o.id = l.organisation_id where l.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/**
 * The location that a request names.
 * @throws Problem `invalid` at `/locationId` when there is none
 */
export async function requireLocation(
  db: Reader,
  id: string,
): Promise<{ id: string; name: string; kind: LocationKind }> {
  const row = await maybe(
    db,
    'location.get',
    db.selectFrom('location').select(['id', 'name', 'kind']).where('id', '=', id),
  );
  if (!row) throw invalid({ pointer: '/locationId', message: 'There is no location of this id.' });
  return row;
}

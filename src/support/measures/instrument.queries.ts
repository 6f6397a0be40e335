import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { Problem } from '../../shared/problem.ts';
import { many, maybe } from '../../shared/statements.ts';
import { Instrument, InstrumentVersions } from './instrument.schemas.ts';
import { measureCounts } from './measure.states.ts';

const columns = sql`i.id, i.name, i.direction, i.licence_needed as "licenceNeeded", i.licence_held as "licenceHeld", i.licence_holder as "licenceHolder",
  i.licence_note as "licenceNote", i.baseline, i.repeat_weeks as "repeatWeeks", i.retired_at is not null as retired, v.id as "versionId", v.version, v.total,
  v.may_miss as "mayMiss", v.items, i.changed_at as "changedAt",
  (select count(*)::int from measure_asking m join instrument_version x on x.id = m.version_id where x.instrument_id = i.id and ${measureCounts('m')}) as asked`;

/** Instrument `i` with its newest version `v`. */
const newest = sql`instrument i join lateral (
  select * from instrument_version where instrument_id = i.id order by version desc limit 1) v on true`;

/** The instruments by name, each with the version that is asked now; those that are no longer used last. */
export async function listInstruments(db: Reader): Promise<Instrument[]> {
  return many(db, 'instrument.list', Instrument.properties)`
    select ${columns} from ${newest} order by i.retired_at is not null, lower(i.name), i.id`;
}

/**
 * One instrument with every version of it.
 * @throws Problem `not-found`
 */
export async function getInstrument(db: Reader, id: string): Promise<InstrumentVersions> {
  const row = await maybe(db, 'instrument.get', InstrumentVersions.properties)`
    select ${columns}, coalesce((
      select json_agg(json_build_object('version', e.version, 'total', e.total, 'mayMiss', e.may_miss, 'items', e.items,
        'createdAt', e.created_at, 'createdBy', e.created_by) order by e.version desc)
      from instrument_version e where e.instrument_id = i.id and e.version < v.version), '[]') as earlier
    from ${newest} where i.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The version of an instrument's record, for If-Match. */
export const instrumentTag = ({ id, changedAt }: Pick<Instrument, 'id' | 'changedAt'>) =>
  etagOf(id, changedAt);

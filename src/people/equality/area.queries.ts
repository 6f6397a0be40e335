import { jsonInstant, type Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { invalid } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { areasOf } from './area.rules.ts';
import { AreaLookup } from './area.schemas.ts';
import { bands } from './equality.rules.ts';

/** The lookup of areas that the scheme brought. */
export async function getAreaLookup(db: Reader): Promise<AreaLookup> {
  return one(db, 'area.lookup', AreaLookup.properties)`
    select (select json_build_object('name', l.name, 'source', l.source, 'dated', l.dated, 'changedAt', ${jsonInstant('l.changed_at')}) from area_lookup l) as brought,
      (select count(*)::int from area_band) as areas`;
}

/** The version of the lookup, for If-Match. */
export const areaTag = ({ brought }: AreaLookup) => etagOf('area-lookup', brought?.changedAt ?? 'none');

/**
 * The band of the area that a postcode lies in, by the lookup of the scheme.
 * @throws Problem `invalid` at `/postcode` where the lookup has no such area, or there is none
 */
export async function bandOf(db: Reader, postcode: string): Promise<(typeof bands)[number]> {
  const refuse = (message: string) => invalid({ pointer: '/postcode', message });
  const areas = areasOf(postcode);
  if (!areas.length) throw refuse('Give a postcode, such as N1 9GU, or its first part.');
  const found = await many(db, 'area.band-of', { area: col.text, band: col.number })`
    select area, band from area_band where area = any(${areas}::text[])`;
  const narrowest = areas.flatMap((area) => found.find((one) => one.area === area) ?? [])[0];
  if (!narrowest)
    throw refuse('The areas that the scheme brought do not have this one. Leave it empty, or check it.');
  return bands[narrowest.band - 1]!;
}

import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { col } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { hasOpenCheck } from './check.queries.ts';
import { mayHaveOpenChecks } from './device.states.ts';
import { unfitJson } from './fitness.queries.ts';
import { chooseScanned, type ReadingOfScan, readingsOf, type Scanned, ScannedDevice } from './scan.rules.ts';
import { openChecks } from './updates.queries.ts';

/** Whether the data plan `s` that has not ended is active and runs on a civil date. */
export const hasActiveData = (day: string | null) =>
  sql<boolean>`(s.status is not distinct from 'active' and coalesce(s.expires_on > ${day}::date, true))`;

/** The devices `id` that readings of scans find, each of the scan at its `place`: two parts of a `with`, `reading` and `hit`. */
export const hitsOf = (readings: (ReadingOfScan & { place: number })[]) => sql`
    reading as (
      select * from unnest(${readings.map(({ place }) => place)}::int[], ${readings.map(({ rank }) => rank)}::int[],
        ${readings.map(({ way }) => way)}::text[], ${readings.map(({ value }) => value)}::text[]) r (place, rank, way, value)
    ),
    hit as (
      select r.place, r.rank, d.id from reading r join device d on d.asset_tag = r.value where r.way = 'tag'
      union all select r.place, r.rank, d.id from reading r join device d on d.imei = r.value where r.way = 'imei'
      union all select r.place, r.rank, d.id from reading r join device d on code_key(d.serial_number) collate "C" = r.value where r.way = 'key'
      union all select r.place, r.rank, l.device_id from reading r join earlier_label l on l.label_key = r.value where r.way = 'key'
      union all select r.place, r.rank, s.device_id from reading r join data_plan s on s.iccid = r.value and ${isInUse('s')}
        and s.device_id is not null where r.way = 'iccid'
      union all select r.place, r.rank, d.id from reading r join device d on d.id = case when r.way = 'id' then r.value::uuid end
    )`;

/**
 * What scans or typed labels name, in their order: each an asset tag, an IMEI, a serial number, a label from
 * before, the number of the SIM that is in it, or a device's id, however it is spaced. Where several devices have
 * what was scanned, it is the one that fits what is being done, or else the scan says between which to choose.
 * One statement, however many.
 * @param how `day`: the civil date on which it would go out; without it a check that ran out counts only
 * once the night has seen it, and data that is over does not. `fits`: whether it is what is looked for
 */
export async function findScanned(
  db: Reader,
  codes: string[],
  { day, fits }: { day?: string; fits?: (device: ScannedDevice) => boolean } = {},
): Promise<Scanned[]> {
  if (!codes.length) return [];
  const readings = codes.flatMap((code, place) => readingsOf(code).map((reading) => ({ ...reading, place })));
  const hits = await many(db, each('scan.find-scanned'), {
    place: col.number,
    rank: col.number,
    device: col.object(ScannedDevice),
  })`
    with ${hitsOf(readings)},
    best as (select place, id, min(rank) as rank from hit group by place, id)
    select b.place, b.rank, json_build_object(
      'id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'status', d.status, 'condition', d.condition,
      'locationId', d.location_id,
      'openChecks', case when ${mayHaveOpenChecks('d')} then ${openChecks('d', day ?? null)} else '{}' end,
      'hasOpenCheck', ${hasOpenCheck('d', day ?? null)}, 'unfit', ${unfitJson('d', day ?? null)},
      'hasDataPlan', s.id is not null, 'hasActiveData', ${hasActiveData(day ?? null)}, 'dataExpiresOn', s.expires_on,
      'heldFor', (select a.referral_id from allocation a where a.device_id = d.id and a.status = 'held'),
      'loan', (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
        from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and ${isOut('i')})) as device
    from best b join device d on d.id = b.id
    left join data_plan s on s.device_id = d.id and ${isInUse('s')}
    order by b.place, b.rank, d.id desc`;
  const byPlace = Map.groupBy(hits, ({ place }) => place);
  return codes.map((code, place) => ({
    code: code.trim(),
    ...chooseScanned(byPlace.get(place) ?? [], fits),
  }));
}

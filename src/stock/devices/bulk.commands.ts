import type { Trx } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import type { BulkItems, BulkLine } from './bulk.schemas.ts';
import { deviceStatuses } from './device.rules.ts';
import { kindsOfDevice } from './device-kinds.rules.ts';
import { findScanned } from './scan.queries.ts';
import { whyNone } from './scan.rules.ts';

/** A device as a bulk change finds it once it is locked. */
export const LockedStock = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  status: col.oneOf(deviceStatuses),
  /** Civil date on which it last came in. */
  cycleStartedOn: col.text,
  locationId: col.orNull(col.text),
};
export type LockedStock = RowOf<typeof LockedStock>;

/** A line of a bulk change with the device it names; `unknown` says of a label without one why, `twice` that an earlier line has it. */
export type NamedLine = { line: number; device: LockedStock | null; unknown: string; twice: boolean };

/**
 * Reads what the lines of a bulk change name, and locks those devices in the order of their ids: two
 * statements, however many.
 * @throws Problem `invalid` for a line with both names, or neither
 */
export async function lockLines(trx: Trx, items: BulkItems): Promise<NamedLine[]> {
  const errors = items.flatMap(({ assetTag, deviceId }, place) =>
    !assetTag === !deviceId
      ? [{ pointer: `/items/${place}`, message: 'Give the asset tag or the deviceId.' }]
      : [],
  );
  if (errors.length) throw new Problem('invalid', { errors });
  const scans = await findScanned(
    trx,
    items.map(({ assetTag, deviceId }) => assetTag ?? deviceId!),
  );
  const ids = scans.map(({ device }) => device?.id ?? null);
  const rows = await many(trx, 'device.lock-many', LockedStock)`
    select id, asset_tag as "assetTag", kind, status, cycle_started_on as "cycleStartedOn", location_id as "locationId"
    from device where id = any(${ids.filter((id) => id !== null)}::uuid[]) order by id for no key update`;
  const locked = new Map(rows.map((device) => [device.id, device]));
  return scans.map((scan, place) => ({
    line: place + 1,
    device: locked.get(ids[place] ?? '') ?? null,
    unknown: whyNone(scan),
    twice: ids[place] !== null && ids.indexOf(ids[place]!) < place,
  }));
}

/** A line that goes wrong or that changes nothing; the rest are to be done. */
export type Judgement = { verdict: 'done' | 'unchanged' | 'refused'; text: string };

/**
 * Gives each line its verdict: all are done or none, unless `partial` leaves out what is refused. A
 * label named twice counts once.
 * @returns the lines, and the devices to change
 * @throws Problem `bulk-refused` with the lines
 */
export function judgeLines<T extends LockedStock>(
  named: (Omit<NamedLine, 'device'> & { device: T | null })[],
  partial: boolean,
  judge: (device: T) => Judgement,
): { lines: BulkLine[]; devices: T[] } {
  const judged = named.map(({ line, device, unknown, twice }) => {
    const of = { line, assetTag: device?.assetTag ?? null, deviceId: device?.id ?? null };
    if (!device) return { device, line: { ...of, verdict: 'refused' as const, text: unknown } };
    if (twice)
      return {
        device,
        line: { ...of, verdict: 'twice' as const, text: `${device.assetTag} is in the list already.` },
      };
    return { device, line: { ...of, ...judge(device) } };
  });
  const lines = judged.map(({ line }) => line);
  const refused = lines.filter(({ verdict }) => verdict === 'refused');
  const fine = lines.some(({ verdict }) => verdict === 'done' || verdict === 'unchanged');
  if (!fine || (refused.length && !partial))
    throw new Problem('bulk-refused', { detail: refused.map(({ text }) => text).join(' '), lines });
  return {
    lines,
    devices: judged.flatMap(({ device, line }) => (device && line.verdict === 'done' ? [device] : [])),
  };
}

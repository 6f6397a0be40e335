import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { col } from '../../shared/rows.ts';
import { many } from '../../shared/statements.ts';
import { isOnShelf } from '../devices/device.states.ts';
import { findScanned } from '../devices/scan.queries.ts';
import { whyNone } from '../devices/scan.rules.ts';
import { markSeen } from '../devices/seen.commands.ts';
import { lockOpen } from './stocktake.commands.ts';
import { countLines, linesOf } from './stocktake.queries.ts';
import { type CountedLine, tellOfLine } from './stocktake.rules.ts';
import type { NewScans, ScanLine, ScansDone } from './stocktake.schemas.ts';

/**
 * Counts what was scanned, each with a verdict in words. A device that came here after the start is found
 * like the expected ones. What was scanned before, by whomever, changes nothing. The same few statements
 * whatever their number.
 * @throws Problem `not-found`, `stocktake-closed`
 */
export async function recordScans(
  deps: Deps,
  ctx: Context,
  stocktakeId: string,
  { codes }: NewScans,
): Promise<ScansDone> {
  return command(deps, ctx, async (work) => {
    const stocktake = await lockOpen(work.trx, stocktakeId, true);
    const scans = await findScanned(work.trx, codes, {
      fits: (device) => device.locationId === stocktake.locationId && isOnShelf.of(device.status),
    });
    const ids = [...new Set(scans.flatMap(({ device }) => device?.id ?? []))];
    const rows = await many(work.trx, 'stocktake.scan', {
      id: col.text,
      verdict: col.oneOf(['found', 'unexpected']),
    })`
      insert into stocktake_line as x (stocktake_id, device_id, verdict, scanned_at, scanned_by)
      select ${stocktakeId}, id,
        case when location_id = ${stocktake.locationId} and ${isOnShelf()} then 'found' else 'unexpected' end,
        ${work.at}, ${ctx.actor.name}
      from device where id = any(${ids}::uuid[]) order by id
      on conflict (stocktake_id, device_id) do update
        set verdict = 'found', scanned_at = excluded.scanned_at, scanned_by = excluded.scanned_by where x.verdict = 'expected'
      returning x.device_id as id, x.verdict`;
    await markSeen(
      work,
      ids.map((id) => ({ id })),
    );
    const counted = new Set(rows.map(({ id }) => id));
    const known = await linesOf(work.trx, stocktakeId, ids);
    const counts = await countLines(work.trx, stocktakeId);
    const seen = new Set<string>();
    const lines = scans.map((scan, place): ScanLine => {
      const { code, device } = scan;
      const at = { line: place + 1, code };
      const line = device && known.get(device.id);
      if (!line) return { ...at, verdict: 'unknown', text: whyNone(scan), device: null, next: null };
      const again = seen.has(line.device.id);
      seen.add(line.device.id);
      const told = tellOfLine(line, stocktake.locationId);
      const isNew = counted.has(line.device.id) && !again;
      return {
        ...at,
        verdict: isNew ? (line.verdict as 'found' | 'unexpected') : 'twice',
        text: [isNew ? '' : scannedBefore(line, again), told.text].filter(Boolean).join(' '),
        device: line.device,
        next: told.next,
      };
    });
    await recordEvents(
      work,
      (['found', 'unexpected'] as const).flatMap((verdict) => {
        const devices = rows.filter((row) => row.verdict === verdict);
        if (!devices.length) return [];
        return {
          type: 'stocktake.scanned',
          subjects: [
            ['stocktake', stocktakeId],
            ...devices.map(({ id }) => ['device', id] as ['device', string]),
          ],
          values: { reference: stocktake.reference, verdict, count: devices.length },
        };
      }),
    );
    return { lines, counts };
  });
}

function scannedBefore({ device, scannedBy }: CountedLine, inThisList: boolean): string {
  return inThisList
    ? `${device.assetTag} is in the list already.`
    : `${device.assetTag} was scanned before, by ${scannedBy}.`;
}

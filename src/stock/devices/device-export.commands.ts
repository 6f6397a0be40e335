import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import type { FileColumns } from '../../shared/table-file.ts';
import { countDevices, type DeviceFilter, type DeviceRow, eachDevice } from './device.queries.ts';
import { statusWords } from './device.rules.ts';

/** The file's headings. Those that a donor's spreadsheet has too are called what an import calls them. */
export const exportColumns: FileColumns<DeviceRow> = {
  assetTag: 'Asset tag',
  kind: 'Type',
  make: 'Make',
  model: 'Model',
  serialNumber: 'Serial No.',
  imei: 'IMEI',
  condition: 'Condition',
  status: 'Status',
  openChecks: 'Open checks',
  location: 'Kept at',
  loan: 'On loan as',
  dataEndsOn: { date: 'Data ends' },
  updatesEndOn: { date: 'Security updates end' },
  donation: 'Donation',
  donor: 'Donor',
  receivedOn: { date: 'Arrived' },
  earlierLabels: 'Earlier labels',
  notes: 'Notes',
};

/**
 * Writes down that someone takes a file of devices, with how many, and gives its rows to be read
 * as they go out.
 */
export async function exportDevices(
  deps: Deps,
  ctx: Context,
  filter: DeviceFilter,
): Promise<AsyncIterable<Omit<DeviceRow, 'status'> & { status: string }>> {
  const day = today(deps.clock);
  await command(deps, ctx, async (work) => {
    const count = await countDevices(work.trx, filter, day);
    await recordEvent(work, {
      type: 'devices.exported',
      subjects: callerOf(ctx),
      values: { count },
    });
  });
  return inWords(eachDevice(deps.db, filter, day));
}

async function* inWords(rows: AsyncIterable<DeviceRow>) {
  for await (const row of rows) yield { ...row, status: statusWords[row.status] };
}

import type { Static } from 'typebox';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import type { Report } from '../../shared/progress.ts';
import { readAside } from '../../shared/sheet-file.ts';
import { slicesOf } from '../../shared/turns.ts';
import type { Work } from '../../shared/work.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { tidied } from './device-columns.rules.ts';
import { addDonation, identifiersInUse } from './donation.commands.ts';
import type { DonationRecorded, NewDonation } from './donation.schemas.ts';
import { type ImportLine, judge, readImport } from './import.rules.ts';
import { takenBefore } from './taken-list.commands.ts';
import type { TakenBefore } from './taken-list.schemas.ts';

export type Preview = {
  ready: number;
  faulty: number;
  unusedColumns: string[];
  /** The donation as which the same list was taken in already. */
  takenBefore: Static<typeof TakenBefore>;
  lines: ImportLine[];
};

/**
 * What would happen with each line of a donor's spreadsheet; nothing is saved.
 * @param of what is known of the donation; without, nobody can tell whether the list was taken in before
 * @param report hears how many lines were compared with the stock
 * @throws Problem `invalid` when it is no such file
 */
export async function previewImport(
  deps: Pick<Deps, 'config' | 'db' | 'key'>,
  csv: string,
  of?: Omit<NewDonation, 'devices'>,
  report?: Report,
): Promise<Preview> {
  const read = await readImportAside(csv);
  const before = of ? await takenBefore(deps, deps.db, { ...of, text: read.text }) : null;
  return { ...(await judgeRead(deps.db, read, report)), takenBefore: before };
}

/** A donor's spreadsheet as it was read. */
export type ImportRead = ReturnType<typeof readImport>;

/**
 * Reads a donor's spreadsheet; a long one in a thread of its own.
 * @throws Problem `invalid` when it is no such file
 */
export const readImportAside = (csv: string) =>
  readAside(new URL('./import.rules.ts', import.meta.url), { readImport }, csv);

/** So many lines are compared with the stock at a time. */
const linesAtATime = 500;

async function judgeRead(
  db: Reader,
  { lines: read, unusedColumns }: ImportRead,
  report?: Report,
): Promise<Omit<Preview, 'takenBefore'>> {
  const taken = new Map<string, string>();
  for (const [place, slice] of slicesOf(read, linesAtATime).entries()) {
    const devices = slice.map(({ device }) => tidied(device));
    for (const [key, assetTag] of await identifiersInUse(db, devices)) taken.set(key, assetTag);
    await report?.(place * linesAtATime + slice.length);
  }
  const lines = judge(read, taken);
  const ready = lines.filter(({ verdict }) => verdict === 'ready').length;
  return { ready, faulty: lines.length - ready, unusedColumns, lines };
}

/** A donor's spreadsheet as CSV, with what is known of the donation beside its devices. */
type Spreadsheet = { csv: string } & Omit<NewDonation, 'devices'>;
type Imported = { donation: DonationRecorded; lines: Omit<ImportLine, 'device' | 'textLine'>[] };

/**
 * Saves a donor's spreadsheet as one donation: every line, or with `partial` those that are ready.
 * @throws Problem `invalid`; `taken-before`; `import-refused` with the lines when some are faulty and `partial` was not asked for, or none is ready
 */
export async function importDonation(
  deps: Deps,
  ctx: Context,
  { csv, ...donation }: Spreadsheet,
  partial: boolean,
): Promise<Imported> {
  const read = await readImportAside(csv);
  return command(deps, ctx, (work) => importRead(work, read, donation, { partial }));
}

/**
 * Saves a donor's spreadsheet that was read, as `importDonation` does.
 * @param how whether only the lines that are ready are taken; `report` hears how many lines were compared with the stock
 * @throws Problem as of `importDonation`
 */
export async function importRead(
  work: Work,
  read: ImportRead,
  donation: Omit<NewDonation, 'devices'>,
  { partial, report }: { partial: boolean; report?: Report },
): Promise<Imported> {
  const { lines, ready, faulty } = await judgeRead(work.trx, read, report);
  if (!ready || (faulty && !partial)) {
    const detail = ready
      ? 'Mend the faulty lines, or ask to leave them out.'
      : 'No line can be taken. Mend them and try again.';
    throw new Problem('import-refused', {
      detail,
      lines: lines.filter(({ verdict }) => verdict === 'faulty').map(withoutDevice),
    });
  }
  const devices = lines.filter(({ verdict }) => verdict === 'ready').map(({ device }) => device as NewDevice);
  return {
    donation: await addDonation(work, { ...donation, devices }, read.text),
    lines: lines.map(withoutDevice),
  };
}

const withoutDevice = ({ device, textLine, ...line }: ImportLine) => line;

import type { Static } from 'typebox';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Reader } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { Problem } from '../../shared/problem.ts';
import { readAside } from '../../shared/sheet-file.ts';
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
 * @throws Problem `invalid` when it is no such file
 */
export async function previewImport(
  deps: Pick<Deps, 'config' | 'db'>,
  csv: string,
  of?: Omit<NewDonation, 'devices'>,
): Promise<Preview> {
  const read = await readLines(csv);
  const before = of ? await takenBefore(deps, deps.db, { ...of, lines: listOf(read) }) : null;
  return { ...(await judgeRead(deps.db, read)), takenBefore: before };
}

/** What a list says, by which it is recognised. */
const listOf = ({ lines }: Read) => lines.map(({ device }) => device);

type Read = ReturnType<typeof readImport>;

const readLines = (csv: string) =>
  readAside(new URL('./import.rules.ts', import.meta.url), { readImport }, csv);

async function judgeRead(
  db: Reader,
  { lines: read, unusedColumns }: Read,
): Promise<Omit<Preview, 'takenBefore'>> {
  const devices = read.map(({ device }) => tidied(device));
  const lines = judge(read, await identifiersInUse(db, devices));
  const ready = lines.filter(({ verdict }) => verdict === 'ready').length;
  return { ready, faulty: lines.length - ready, unusedColumns, lines };
}

/** A donor's spreadsheet as CSV, with what is known of the donation beside its devices. */
type Spreadsheet = { csv: string } & Omit<NewDonation, 'devices'>;

/**
 * Saves a donor's spreadsheet as one donation: every line, or with `partial` those that are ready.
 * @throws Problem `invalid`; `taken-before`; `import-refused` with the lines when some are faulty and `partial` was not asked for, or none is ready
 */
export async function importDonation(
  deps: Deps,
  ctx: Context,
  { csv, ...donation }: Spreadsheet,
  partial: boolean,
): Promise<{ donation: DonationRecorded; lines: Omit<ImportLine, 'device' | 'textLine'>[] }> {
  const read = await readLines(csv);
  return command(deps, ctx, async (work) => {
    const { lines, ready, faulty } = await judgeRead(work.trx, read);
    if (!ready || (faulty && !partial)) {
      const detail = ready
        ? 'Mend the faulty lines, or ask to leave them out.'
        : 'No line can be taken. Mend them and try again.';
      throw new Problem('import-refused', {
        detail,
        lines: lines.filter(({ verdict }) => verdict === 'faulty').map(withoutDevice),
      });
    }
    const devices = lines
      .filter(({ verdict }) => verdict === 'ready')
      .map(({ device }) => device as NewDevice);
    return {
      donation: await addDonation(work, { ...donation, devices }, listOf(read)),
      lines: lines.map(withoutDevice),
    };
  });
}

const withoutDevice = ({ device, textLine, ...line }: ImportLine) => line;

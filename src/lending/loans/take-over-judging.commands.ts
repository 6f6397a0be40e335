import type { Static } from 'typebox';
import { today } from '../../shared/clock.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { invalid } from '../../shared/problem.ts';
import type { Report } from '../../shared/progress.ts';
import { readAside } from '../../shared/sheet-file.ts';
import { inTurns } from '../../shared/turns.ts';
import { takenBefore } from '../../stock/donations/taken-list.commands.ts';
import type { TakenBefore } from '../../stock/donations/taken-list.schemas.ts';
import { knownOf } from './take-over.queries.ts';
import { judgeTakeOver, type LoanToTakeOver } from './take-over.rules.ts';
import type { WrittenDates } from './take-over-columns.rules.ts';
import { readTakeOver, type TakeOverLine } from './take-over-line.rules.ts';
import { takenOver } from './take-over-rows.commands.ts';

/** A list of what is out, as CSV, with the donor's name and the day it is of, from which what it calls safe is safe. */
export type ListOfLoans = {
  csv: string;
  donor: string;
  receivedOn: string;
  dates?: WrittenDates | undefined;
  /** It is another list than the one that it is like. */
  another?: boolean | undefined;
};

export type TakeOverPreview = {
  ready: number;
  faulty: number;
  unusedColumns: string[];
  /** Whether someone has to say how its dates are written. */
  asksDates: boolean;
  /** The donation as which the same list was taken over already. */
  takenBefore: Static<typeof TakenBefore>;
  lines: TakeOverLine[];
  loans: LoanToTakeOver[];
};

/**
 * What would happen with each line of a list of what is out; nothing is saved.
 * @param of what is said of the list; without a donor and a day, nobody can tell whether it was taken over before
 * @param report hears how many lines were compared with what is recorded
 * @throws Problem `invalid` when it is no such list
 */
export async function previewTakeOver(
  deps: Pick<Deps, 'clock' | 'config' | 'db' | 'key'>,
  csv: string,
  of: Partial<Omit<ListOfLoans, 'csv'>> = {},
  report?: Report,
): Promise<TakeOverPreview> {
  const { donor, receivedOn } = of;
  const read = await readTakeOverAside(deps, csv, of.dates);
  const before =
    donor && receivedOn ? await takenBefore(deps, deps.db, takenListOf(read, { donor, receivedOn })) : null;
  return { ...(await judgeRead(deps.db, read, today(deps.clock), report)), takenBefore: before };
}

/** A list of what is out as it was read. */
export type TakeOverRead = ReturnType<typeof readTakeOver>;

/** What a list says, by which it is recognised when it comes again. */
export const takenListOf = (
  { text }: TakeOverRead,
  { donor, receivedOn }: Pick<ListOfLoans, 'donor' | 'receivedOn'>,
) => ({ text, donor: { name: donor }, receivedOn, reference: takenOver });

/**
 * Reads a list of what is out; a long one in a thread of its own.
 * @throws Problem `invalid` when it is no such list
 */
export const readTakeOverAside = (
  { clock, config }: Pick<Deps, 'clock' | 'config'>,
  csv: string,
  dates: WrittenDates | undefined,
) =>
  readAside(new URL('./take-over-line.rules.ts', import.meta.url), { readTakeOver }, csv, {
    today: today(clock),
    allowTestNumbers: config.ALLOW_TEST_PHONE_NUMBERS,
    dates,
  });

/**
 * Judges a list that was read by what is recorded by now.
 * @param report hears how many lines were compared with what is recorded
 */
export async function judgeRead(
  db: Reader | Trx,
  { lines: read, text: _text, ...list }: TakeOverRead,
  today: string,
  report?: Report,
): Promise<Omit<TakeOverPreview, 'takenBefore'>> {
  const known = await knownOf(db, read, today, report);
  const { lines, loans } = await inTurns(judgeTakeOver(read, known));
  const ready = lines.filter(({ verdict }) => verdict === 'ready').length;
  return { ready, faulty: lines.length - ready, ...list, lines, loans };
}

/** @throws Problem `invalid` when the list is of a day to come */
export function assertListFits({ receivedOn }: { receivedOn: string }, today: string): void {
  if (receivedOn > today)
    throw invalid({
      pointer: '/receivedOn',
      message: 'This date is in the future. Give the day of the list.',
    });
}

/** A line as the API shows it: nothing personal. */
export const verdictOf = ({ row, verdict, faults, remarks }: TakeOverLine) => ({
  row,
  verdict,
  faults,
  remarks,
});

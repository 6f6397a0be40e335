import type { Static } from 'typebox';
import { askOfSharedNhsNumbers } from '../../people/identity.commands.ts';
import {
  applyStricterWords,
  insertPatients,
  keepHistories,
  takeEveryTurn,
} from '../../people/patient-batch.commands.ts';
import { findOrAddOrganisation } from '../../scheme/organisations/organisation.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { readAside } from '../../shared/sheet-file.ts';
import { assertNewList, keepList, takenBefore } from '../../stock/donations/taken-list.commands.ts';
import type { TakenBefore } from '../../stock/donations/taken-list.schemas.ts';
import { knownOf } from './take-over.queries.ts';
import { judgeTakeOver, type LoanToTakeOver } from './take-over.rules.ts';
import type { TakenOver } from './take-over.schemas.ts';
import type { WrittenDates } from './take-over-columns.rules.ts';
import { readTakeOver, type TakeOverLine } from './take-over-line.rules.ts';
import type { Borrower } from './take-over-people.rules.ts';
import {
  insertStock,
  insertTakenLoans,
  type TakenDevice,
  type TakenLoan,
  type TakenPlan,
  takeNumbers,
  takenOver,
} from './take-over-rows.commands.ts';

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
 * @throws Problem `invalid` when it is no such list
 */
export async function previewTakeOver(
  deps: Pick<Deps, 'clock' | 'config' | 'db'>,
  csv: string,
  of: Partial<Omit<ListOfLoans, 'csv'>> = {},
): Promise<TakeOverPreview> {
  const { donor, receivedOn } = of;
  const read = await readLines(deps, csv, of.dates);
  const before =
    donor && receivedOn ? await takenBefore(deps, deps.db, listOf(read, { donor, receivedOn })) : null;
  return { ...(await judgeRead(deps.db, read, today(deps.clock))), takenBefore: before };
}

type Read = ReturnType<typeof readTakeOver>;

/** What a list says, by which it is recognised when it comes again. */
const listOf = ({ lines }: Read, { donor, receivedOn }: Pick<ListOfLoans, 'donor' | 'receivedOn'>) => ({
  lines: lines.map(({ device, person, place, issuedOn, dueOn, plan }) => ({
    device,
    person,
    place,
    issuedOn,
    dueOn,
    plan,
  })),
  donor: { name: donor },
  receivedOn,
  reference: takenOver,
});

const readLines = (
  { clock, config }: Pick<Deps, 'clock' | 'config'>,
  csv: string,
  dates: WrittenDates | undefined,
) =>
  readAside(new URL('./take-over-line.rules.ts', import.meta.url), { readTakeOver }, csv, {
    today: today(clock),
    allowTestNumbers: config.ALLOW_TEST_PHONE_NUMBERS,
    dates,
  });

async function judgeRead(
  db: Reader | Trx,
  { lines: read, ...list }: Read,
  today: string,
): Promise<Omit<TakeOverPreview, 'takenBefore'>> {
  const { lines, loans } = judgeTakeOver(read, await knownOf(db, read, today));
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

/** A list of what is out, as CSV, with the donor's name and the day it is of, from which what it calls safe is safe. */
type ListOfLoans = {
  csv: string;
  donor: string;
  receivedOn: string;
  dates?: WrittenDates | undefined;
  /** It is another list than the one that it is like. */
  another?: boolean | undefined;
};

/**
 * Takes over what was out before Lendwell: one donation, devices that begin on loan, the people who
 * have them, their loans without an agreement, and the data plans. All lines, or with `partial`
 * those that are ready. No follow-ups are made. The same statements however many lines.
 * @throws Problem `invalid`; `taken-before`; `import-refused` with the lines when some are faulty and `partial` was
 * not asked for, or none is ready; `device-identifier-in-use` and `data-plan-in-use` to the loser of a race
 */
export async function takeOver(
  deps: Deps,
  ctx: Context,
  list: ListOfLoans,
  partial: boolean,
): Promise<TakenOver> {
  assertListFits(list, today(deps.clock));
  const read = await readLines(deps, list.csv, list.dates);
  return command(deps, ctx, async (work) => {
    await takeEveryTurn(work.trx);
    const { lines, loans, ready, faulty } = await judgeRead(work.trx, read, work.today);
    if (!ready || (faulty && !partial)) {
      throw new Problem('import-refused', {
        detail: ready
          ? 'Mend the faulty lines, or ask to leave them out.'
          : 'No line can be taken over. Mend them and try again.',
        lines: lines.filter(({ verdict }) => verdict === 'faulty').map(verdictOf),
      });
    }
    const { at } = work;
    await assertNewList(work, listOf(read, list), list.another === true);
    const patients = await settlePatients(work.trx, loans, list.receivedOn, at);
    const donorId = await findOrAddOrganisation(work, list.donor, 'donor');
    const numbers = await takeNumbers(work.trx, ready, loans.length);
    const donation = { ...numbers.donation, donorId, receivedOn: list.receivedOn };
    const devices = await insertStock(work, donation, loans, numbers.assetTags);
    const taken = loans.map((loan, place) => ({
      ...loan,
      id: newId(),
      reference: numbers.loanReferences[place]!,
      patientId: loan.borrower && patients.ids.get(loan.borrower)!,
    }));
    const plans = await insertTakenLoans(work, taken, devices);
    await keepList(work, donation.id, listOf(read, list));
    const [, ...eventIds] = await recordEvents(work, [
      donationEvent(donation, devices.size),
      ...taken.map((loan) => loanEvent(loan, devices)),
      ...plans.map(planEvent),
    ]);
    await askOfSharedNhsNumbers(work, patients.added);
    await keepHistories(
      work.trx,
      patients.stricter.map(({ patientId, before }) => {
        const eventId = eventIds[taken.findIndex((loan) => loan.patientId === patientId)]!;
        return { patientId, eventId, before };
      }),
      at,
    );
    return {
      donation: numbers.donation,
      devices: devices.size,
      loans: taken.length,
      newPatients: patients.added.length,
      lines: replyLines(lines, taken, devices),
    };
  });
}

/** The people of the loans: those known are locked and keep the stricter word, the others are added. */
async function settlePatients(trx: Trx, loans: LoanToTakeOver[], safeFrom: string, at: string) {
  const borrowers = [...new Set(loans.flatMap(({ borrower }) => borrower ?? []))];
  const known = borrowers.filter(({ knownAs }) => knownAs);
  const others = borrowers.filter(({ knownAs }) => !knownAs);
  const unsafe = known.flatMap(({ knownAs, contacts }) =>
    contacts.flatMap(({ value, safe }) => (safe === false ? [{ patientId: knownAs!, value }] : [])),
  );
  const stricter = await applyStricterWords(
    trx,
    known.map(({ knownAs }) => knownAs!),
    unsafe,
  );
  const added = await insertPatients(trx, others, safeFrom, at);
  const ids = new Map<Borrower, string>([
    ...known.map((borrower): [Borrower, string] => [borrower, borrower.knownAs!]),
    ...others.map((borrower, place): [Borrower, string] => [borrower, added[place]!]),
  ]);
  return { ids, stricter, added };
}

/** Without the devices as subjects, whose stories begin with their loans: thousands of them would come with the history of each. */
function donationEvent(
  donation: { id: string; reference: string; donorId: string; receivedOn: string },
  devices: number,
): NewEvent {
  return {
    type: 'donation.recorded',
    subjects: [
      ['donation', donation.id],
      ['organisation', donation.donorId],
    ],
    values: { reference: donation.reference, devices, receivedOn: donation.receivedOn },
  };
}

function loanEvent(loan: TakenLoan, devices: Map<number, TakenDevice>): NewEvent {
  const items = loan.lines.map(({ row }) => devices.get(row)!);
  return {
    type: 'loan.taken_over',
    subjects: [
      ['loan', loan.id],
      loan.patientId ? ['patient', loan.patientId] : ['location', loan.locationId!],
      ...items.map(({ id }): [SubjectType, string] => ['device', id]),
    ],
    values: {
      reference: loan.reference,
      assetTags: items.map(({ assetTag }) => assetTag),
      handoverOn: loan.issuedOn,
      dueOn: loan.dueOn,
    },
    fields: changedFields(loan),
  };
}

/** Of a person known already only a way of contact changes, and only when it is said to be not safe. */
function changedFields({ borrower }: TakenLoan): string[] {
  if (!borrower) return [];
  if (!borrower.knownAs) return ['patient', 'contactPoints'];
  return borrower.contacts.some(({ safe }) => safe === false) ? ['contactPoints'] : [];
}

function planEvent({ id, deviceId, network, endsOn, msisdn }: TakenPlan): NewEvent {
  return {
    type: 'data_plan.fitted',
    subjects: [
      ['data_plan', id],
      ['device', deviceId],
    ],
    values: { network, expiresOn: endsOn },
    fields: ['iccid', ...(msisdn ? ['msisdn'] : [])],
  };
}

function replyLines(
  lines: TakeOverLine[],
  loans: TakenLoan[],
  devices: Map<number, TakenDevice>,
): TakenOver['lines'] {
  const loanOf = new Map(
    loans.flatMap(({ id, reference, lines }) => lines.map(({ row }) => [row, { id, reference }] as const)),
  );
  return lines.map((line) => ({
    ...verdictOf(line),
    assetTag: devices.get(line.row)?.assetTag ?? null,
    loan: loanOf.get(line.row) ?? null,
  }));
}

/** A line as the API shows it: nothing personal. */
export const verdictOf = ({ row, verdict, faults, remarks }: TakeOverLine) => ({
  row,
  verdict,
  faults,
  remarks,
});

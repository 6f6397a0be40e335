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
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvents, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import type { Report } from '../../shared/progress.ts';
import type { Work } from '../../shared/work.ts';
import { assertNewList, keepList } from '../../stock/donations/taken-list.commands.ts';
import type { LoanToTakeOver } from './take-over.rules.ts';
import type { TakenOver } from './take-over.schemas.ts';
import {
  assertListFits,
  judgeRead,
  type ListOfLoans,
  readTakeOverAside,
  type TakeOverRead,
  takenListOf,
  verdictOf,
} from './take-over-judging.commands.ts';
import type { TakeOverLine } from './take-over-line.rules.ts';
import type { Borrower } from './take-over-people.rules.ts';
import {
  insertStock,
  insertTakenLoans,
  type TakenDevice,
  type TakenLoan,
  type TakenPlan,
  takeNumbers,
} from './take-over-rows.commands.ts';

/**
 * Takes over what was out before Lendwell: one donation, devices that begin on loan, the people who
 * have them, their loans without an agreement, and the data plans. All lines, or with `partial`
 * those that are ready. No follow-ups are made.
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
  const read = await readTakeOverAside(deps, list.csv, list.dates);
  return command(deps, ctx, (work) => takeOverRead(work, read, { ...list, partial }));
}

/**
 * Takes over a list that was read, as `takeOver` does. What is recorded of it is written by the same statements however
 * many lines.
 * @param list what is said of it, and whether only the lines that are ready are taken; `report` hears how many lines were
 * compared with what is recorded
 * @throws Problem as of `takeOver`
 */
export async function takeOverRead(
  work: Work,
  read: TakeOverRead,
  list: Omit<ListOfLoans, 'csv'> & { partial: boolean; report?: Report },
): Promise<TakenOver> {
  await takeEveryTurn(work.trx);
  const { lines, loans, ready, faulty } = await judgeRead(work.trx, read, work.today, list.report);
  if (!ready || (faulty && !list.partial)) {
    throw new Problem('import-refused', {
      detail: ready
        ? 'Mend the faulty lines, or ask to leave them out.'
        : 'No line can be taken over. Mend them and try again.',
      lines: lines.filter(({ verdict }) => verdict === 'faulty').map(verdictOf),
    });
  }
  const { at } = work;
  await assertNewList(work, takenListOf(read, list), list.another === true);
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
  await keepList(work, donation.id, takenListOf(read, list));
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

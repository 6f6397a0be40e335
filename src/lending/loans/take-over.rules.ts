import { type ClosedDay, closedWords } from '../../scheme/calendar/calendar.rules.ts';
import { nameKey } from '../../shared/name-key.ts';
import { nearest } from '../../shared/sheet-cells.rules.ts';
import { withListFaults } from '../../stock/donations/device-columns.rules.ts';
import type { TakenItem } from './take-over.schemas.ts';
import { columnName } from './take-over-columns.rules.ts';
import type { TakeOverLine } from './take-over-line.rules.ts';
import { type Borrower, type Match, type Who, whoIsWho } from './take-over-people.rules.ts';

/** One loan: the rows of one borrower or place and one day. */
export type LoanToTakeOver = {
  borrower: Borrower | null;
  locationId: string | null;
  issuedOn: string;
  dueOn: string | null;
  lines: TakeOverLine[];
};

/** What is in the database of what a list names. */
export type Known = {
  /** Keys (see `identifiersOf`) of devices in use, each with its asset tag. */
  devices: Map<string, string>;
  /** ICCIDs of plans that have not ended, each with the asset tag of its device, or null. */
  iccids: Map<string, string | null>;
  places: { id: string; name: string }[];
  /** Days on which something is due back and the desk is closed. */
  closed: Map<string, ClosedDay>;
  /** Of a row, by its place in the list, the patient that it names or resembles. */
  patients: Map<number, Match>;
  /** Of a row, by its place, what whom it names has by a list that was taken over before. */
  takenItems: Map<number, TakenItem[]>;
};

/**
 * Adds what only the whole list and the database can tell: devices and SIMs named twice or in use,
 * places, rows of one person, people already known. Lines of the same borrower and issue date make
 * one loan.
 * @returns the lines with their verdicts, and the loans that the ready ones make, step by step
 */
export function* judgeTakeOver(
  read: TakeOverLine[],
  known: Known,
): Generator<void, { lines: TakeOverLine[]; loans: LoanToTakeOver[] }> {
  const places = new Map(known.places.map((place) => [nameKey(place.name), place]));
  const placeOf = ({ place }: TakeOverLine) => (place === null ? undefined : places.get(nameKey(place)));
  const listFaults = withListFaults(read, known.devices);
  yield;
  const who = whoIsWho(read, known.patients);
  yield;
  const keyOf = (line: TakeOverLine, { borrower, firstRow }: Who) => {
    const holder = borrower ? `row ${firstRow}` : placeOf(line)?.id;
    return holder && line.issuedOn ? `${holder} ${line.issuedOn}` : undefined;
  };

  const asBefore = new Set<string>();
  const firstOfLoan = new Map<string, TakeOverLine>();
  const rowOfIccid = new Map<string, number>();
  const judged: TakeOverLine[] = [];
  for (const [at, line] of read.entries()) {
    const faults = [...listFaults[at]!];
    const fault = (column: Parameters<typeof columnName>[0], message: string) =>
      void faults.push({ column: columnName(column), message });
    if (line.place !== null && !placeOf(line)) fault('place', noSuchPlace(line.place, known));
    const { iccid } = line.plan ?? {};
    if (iccid) {
      const earlier = rowOfIccid.get(iccid);
      if (earlier) fault('iccid', `The same as row ${earlier}.`);
      else if (known.iccids.has(iccid)) fault('iccid', inUse(known.iccids.get(iccid)));
      rowOfIccid.set(iccid, earlier ?? line.row);
    }
    const same = (known.takenItems.get(at) ?? []).find(
      (item) => !asBefore.has(item.assetTag) && isItem(line, item),
    );
    if (same) {
      asBefore.add(same.assetTag);
      fault(
        'givenName',
        `Taken over already: ${same.loan} has this person with such a device from the same day. Leave the row out.`,
      );
    }
    const key = keyOf(line, who[at]!);
    const first = key && firstOfLoan.get(key);
    if (key && !first) firstOfLoan.set(key, line);
    if (first && first.dueOn !== line.dueOn && ![first, line].some(isDueFaulty))
      fault('dueOn', `Row ${first.row} is the same loan with another date to come back. Give both the same.`);
    const closed = line.dueOn && known.closed.get(line.dueOn);
    const remarks = [...line.remarks, ...(closed ? [closedWords(closed)] : []), ...who[at]!.remarks];
    judged.push({ ...line, faults, remarks, verdict: faults.length ? 'faulty' : 'ready' });
    yield;
  }

  const loans = new Map<string, LoanToTakeOver>();
  for (const [at, line] of judged.entries()) {
    if (line.verdict === 'faulty') continue;
    const key = keyOf(line, who[at]!)!;
    const loan = loans.get(key);
    if (loan) loan.lines.push(line);
    else {
      const { borrower } = who[at]!;
      const { issuedOn, dueOn } = line;
      const locationId = placeOf(line)?.id ?? null;
      loans.set(key, { borrower, locationId, issuedOn: issuedOn!, dueOn, lines: [line] });
    }
  }
  yield;
  const lines = judged.map((line, at) => {
    const loan = loans.get(keyOf(line, who[at]!) ?? '');
    const remark = line.verdict === 'ready' && loan && togetherRemark(line, loan, who[at]!);
    return remark ? { ...line, remarks: [...line.remarks, remark] } : line;
  });
  return { lines, loans: [...loans.values()] };
}

/** Whether a row says again what is out already: a device like this one from the same day, and no number that parts them. */
function isItem({ device, issuedOn }: TakeOverLine, item: TakenItem): boolean {
  const plain = (text: string | null | undefined) => nameKey(text ?? '');
  const parts = (['serialNumber', 'imei'] as const).some(
    (name) => device[name] && item[name] && plain(device[name]) !== plain(item[name]),
  );
  return (
    issuedOn === item.issuedOn &&
    !parts &&
    (['kind', 'make', 'model'] as const).every((name) => plain(device[name]) === plain(item[name]))
  );
}

const isDueFaulty = ({ faults }: TakeOverLine) => faults.some(({ column }) => column === columnName('dueOn'));

/** What joins a line to an earlier one. */
function togetherRemark(line: TakeOverLine, loan: LoanToTakeOver, who: Who): string | undefined {
  const first = loan.lines[0]!.row;
  const items = `one loan of ${loan.lines.length} items.`;
  if (first !== line.row) {
    if (!line.person) return `The same place has row ${first} from the same day: ${items}`;
    return line.person.dateOfBirth
      ? `Someone of the same name and birth date is in row ${first}: ${items}`
      : `The same person is in row ${first}: ${items}`;
  }
  return line.person && who.firstRow !== line.row
    ? `The same person is in row ${who.firstRow}, from another day: a loan of its own.`
    : undefined;
}

function noSuchPlace(typed: string, { places }: Known): string {
  const near = nearest(
    typed,
    places.map(({ name }) => name),
  );
  return near ? `There is no such place. Did you mean ${near}?` : 'There is no such place. Add it first.';
}

const inUse = (assetTag: string | null | undefined) =>
  assetTag ? `Already in use on ${assetTag}.` : 'Already in use as a SIM in stock.';

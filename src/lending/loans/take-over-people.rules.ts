import { nameKey } from '../../shared/name-key.ts';
import type { SaidContact, SaidPerson, TakeOverLine } from './take-over-line.rules.ts';

/** Someone who borrows, made of the rows that name them. */
export type Borrower = SaidPerson & {
  /** The patient's id when they are the same as one already known (rule 17). */
  knownAs: string | null;
};

/** A patient who is the same as a row names, or who may be. */
export type Match = { id: string; agrees: boolean };

/** Whom a row names: one object for all rows of a person, with the row that names them first. */
export type Who = { borrower: Borrower | null; firstRow: number; remarks: string[] };

type Found = { borrower: Borrower; firstRow: number; resembles: boolean };

/**
 * Which rows are of one person: those of the same name with the same date of birth, or without one
 * the same NHS number or way of contact; never of two NHS numbers. Where people are kept apart
 * though they are alike, a remark says so.
 * @param matches by the row's place in the list
 */
export function whoIsWho(lines: TakeOverLine[], matches: Map<number, Match>): Who[] {
  const byKey = new Map<string, Found[]>();
  const byName = new Map<string, Found>();
  const byNhsNumber = new Map<string, Found>();
  const people = lines.map(({ person, row }, at) => {
    if (!person) return undefined;
    const name = nameKey(`${person.givenName} ${person.familyName}`);
    const keys = personKeys(person, name);
    const candidates = keys.flatMap((key) => byKey.get(key) ?? []);
    const same = candidates.find(
      ({ borrower }) => !borrower.nhsNumber || !person.nhsNumber || borrower.nhsNumber === person.nhsNumber,
    );
    const remark = same
      ? undefined
      : alikeRemark(
          candidates[0],
          person.nhsNumber ? byNhsNumber.get(person.nhsNumber) : undefined,
          byName.get(name),
        );
    const found = same ?? {
      borrower: { ...person, contacts: [], knownAs: null },
      firstRow: row,
      resembles: false,
    };
    const { borrower } = found;
    borrower.nhsNumber ??= person.nhsNumber;
    borrower.contacts = mergeContacts(borrower.contacts, person.contacts);
    const match = matches.get(at);
    if (match?.agrees) borrower.knownAs = match.id;
    else if (match) found.resembles = true;
    for (const key of keys) byKey.set(key, [...new Set([...(byKey.get(key) ?? []), found])]);
    if (!byName.has(name)) byName.set(name, found);
    if (person.nhsNumber && !byNhsNumber.has(person.nhsNumber)) byNhsNumber.set(person.nhsNumber, found);
    return { found, remarks: remark ? [remark] : [] };
  });
  return people.map((one, at) => {
    if (!one) return { borrower: null, firstRow: 0, remarks: [] };
    const { found, remarks } = one;
    const own = found.firstRow === lines[at]!.row ? personRemarks(found) : [];
    return { borrower: found.borrower, firstRow: found.firstRow, remarks: [...remarks, ...own] };
  });
}

/** What names a person within a list. */
function personKeys({ dateOfBirth, nhsNumber, contacts }: SaidPerson, name: string): string[] {
  if (dateOfBirth) return [`${name}\n${dateOfBirth}`];
  return [nhsNumber, ...contacts.map(({ value }) => value.toLowerCase())].flatMap((part) =>
    part ? [`${name}\n${part}`] : [],
  );
}

function alikeRemark(
  sameBirth: Found | undefined,
  sameNumber: Found | undefined,
  sameName: Found | undefined,
): string | undefined {
  if (sameBirth)
    return `Someone of the same name and birth date but another NHS number is in row ${sameBirth.firstRow}: taken as two people.`;
  if (sameNumber)
    return `Row ${sameNumber.firstRow} has the same NHS number with another name or birth date: taken as two people.`;
  return sameName
    ? `Someone of the same name is in row ${sameName.firstRow}. Without the same date of birth in both they are taken as two people.`
    : undefined;
}

function personRemarks({ borrower, resembles }: Found): string[] {
  if (borrower.knownAs)
    return [
      'This person is known already. The loan goes to their record, and their ways of contact stay as recorded there, unless the list says that one is not safe.',
    ];
  const mayWrite = borrower.contacts.some(({ channel, safe }) => channel !== 'phone' && safe);
  return [
    ...(resembles
      ? [
          'Someone known already is like this person, but NHS number, date of birth and both names do not all agree. They are added as another person: compare the two.',
        ]
      : []),
    ...(mayWrite ? [] : ['No way to write to this person is said to be safe, so no reminders will go out.']),
  ];
}

/** What rows say of one way of contact: one "not safe" is enough. */
function mergeContacts(before: SaidContact[], more: SaidContact[]): SaidContact[] {
  const merged = new Map(before.map((contact) => [`${contact.channel} ${contact.value}`, contact]));
  for (const contact of more) {
    const key = `${contact.channel} ${contact.value}`;
    const said = [contact.safe, merged.get(key)?.safe];
    merged.set(key, { ...contact, safe: said.includes(false) ? false : said.includes(true) || null });
  }
  return [...merged.values()];
}

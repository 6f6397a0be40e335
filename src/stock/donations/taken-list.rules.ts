/** A list that is taken in: what each of its lines says, and what it is said to be. */
export type TakenList = {
  /** What its lines say, as `textOfLines` has it. */
  text: string;
  donor?: { name: string } | undefined;
  donorId?: string | undefined;
  receivedOn: string;
  reference?: string | undefined;
};

/** What two lists have in common that are one: the same lines in any order, whatever their spaces and capitals. */
export const textOfLines = (lines: object[]): string =>
  JSON.stringify(lines.map((line) => JSON.stringify(folded(line))).sort());

/** Whether a list is of the day and has the reference that are recorded by now of the donation with its lines. */
export const isOfSame = (
  { receivedOn, reference }: TakenList,
  donation: { receivedOn: string; reference: string | null },
): boolean =>
  receivedOn === donation.receivedOn && folded(reference ?? '') === folded(donation.reference ?? '');

/** A value with its texts folded, and the fields of objects by name, without those that say nothing. */
function folded(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize('NFKC').toLowerCase().replaceAll(/\s+/g, '');
  if (Array.isArray(value)) return value.map(folded);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined && part !== '')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, part]) => [name, folded(part)]);
}

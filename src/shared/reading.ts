import type { FieldError } from './problem.ts';

/** What a value is as it is kept, or what is wrong with it, in words that do not repeat it. */
export type Reading = { value: string } | { fault: string };

/** What is wrong with a value; null when nothing is. */
export const faultOf = (reading: Reading): string | null => ('fault' in reading ? reading.fault : null);

/** The value as it is kept; nothing where none was given, or where it has a fault, which joins the others. */
export function kept(
  pointer: string,
  errors: FieldError[],
  given: string | null | undefined,
  read: (text: string) => Reading,
): string | undefined {
  if (given === undefined || given === null) return undefined;
  const reading = read(given);
  if ('value' in reading) return reading.value;
  errors.push({ pointer, message: reading.fault });
  return undefined;
}

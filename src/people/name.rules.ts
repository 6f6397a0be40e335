import type { Reading } from '../shared/reading.ts';
import { asSeen, lineFault } from '../shared/seen.ts';

/** What to say where a person has no name at all. */
export const noName =
  'Give their given name, their family name or both. One is enough where they have one name only.';

const longestGreeted = 40;

/** A person's name as it is kept: one line with a letter in it, as people see it. */
export function readName(text: string): Reading {
  const name = asSeen(text).trim();
  const fault = lineFault(name);
  if (fault) return { fault };
  return /\p{L}/u.test(name)
    ? { value: name }
    : { fault: 'Give the name as it is written. What they have none of is left out.' };
}

/** The name by which a message may greet someone; nothing where it might say more than a name does. */
export const greetingName = (name: string): string =>
  name.length <= longestGreeted && /^[\p{L}\p{M} '’.-]+$/u.test(name) ? name : '';

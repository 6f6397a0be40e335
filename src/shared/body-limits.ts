import { type FieldError, Problem } from './problem.ts';
import { pointerPart } from './validation.ts';

/** No body of ours is nested as deeply as this; one that is could exhaust the stack of what reads it. */
const mostLevels = 20;
/** No object of ours has as many fields as this, and no list as many entries, whatever its schema says. */
const mostFields = 2_000;
const mostEntries = 10_000;
/** How many faults a refusal names; of the others it gives the number. */
const mostTold = 100;

const kilobyte = 1024;
/** The most bytes that a body may have which brings neither a file nor a long list. */
export const smallBody = 256 * kilobyte;
/** The most bytes of one that brings a long list, or the form of a page. */
export const listBody = 1024 * kilobyte;
/** A list that may be longer than this is a long one. */
const longList = 50;

type Schema = {
  maxItems?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
};

/** Whether a body of this schema may bring a long list. */
export function bringsList(schema: Schema | undefined): boolean {
  if (!schema) return false;
  // A list may come as the text of a sheet.
  if ((schema.maxLength ?? 0) > smallBody) return true;
  if (schema.items) return (schema.maxItems ?? Infinity) > longList || bringsList(schema.items);
  return Object.values(schema.properties ?? {}).some(bringsList);
}

/**
 * Pointers to what nothing can hold, before anything else looks at it: more fields or entries than there can be, U+0000
 * and halves of surrogate pairs in text, and nesting without end. Of what is too large nothing else is told.
 * @param schema what the body is held to afterwards; its longest lists count
 */
export function unstorable(value: unknown, schema?: Schema): FieldError[] {
  const faults: FieldError[] = [];
  const left: Place[] = [{ value, schema, pointer: '', level: 0 }];
  for (let place = left.pop(); place && faults.length < mostTold; place = left.pop()) {
    const { value: part, pointer } = place;
    if (typeof part === 'string' && (part.includes('\u0000') || !part.isWellFormed()))
      faults.push({ pointer, message: 'This has characters that are not text.' });
    if (typeof part !== 'object' || part === null || Buffer.isBuffer(part)) continue;
    const message = tooLarge(part, place);
    if (message) return [{ pointer, message }];
    left.push(...within(part, place).reverse());
  }
  return faults;
}

/** A part of a body, and what is known of it. */
type Place = { value: unknown; schema: Schema | undefined; pointer: string; level: number };

function within(value: object, { schema, pointer, level }: Place): Place[] {
  return Object.entries(value).map(([name, part]) => ({
    value: part,
    schema: Array.isArray(value) ? schema?.items : schema?.properties?.[name],
    pointer: `${pointer}/${pointerPart(name)}`,
    level: level + 1,
  }));
}

function tooLarge(value: object, { schema, level }: Place): string | undefined {
  if (level === mostLevels) return 'This is nested too deeply.';
  if (Array.isArray(value)) {
    const most = schema?.maxItems ?? mostEntries;
    return value.length > most ? `Give at most ${most}.` : undefined;
  }
  return Object.keys(value).length > mostFields ? 'This has too many fields.' : undefined;
}

/** A refusal that names the first faults and gives the number of the others. */
export function refusalOf(type: 'invalid' | 'bad-query', faults: FieldError[]): Problem {
  const more = faults.length - mostTold;
  return new Problem(type, {
    errors: faults.slice(0, mostTold),
    ...(more > 0 && { detail: `These are the first ${mostTold} faults; there are ${more} more.` }),
  });
}

import type { ErrorObject } from 'ajv';
import type { Static, TSchema } from 'typebox';
import { type DateParts, readDateParts } from '../shared/date-parts.ts';
import { withDates } from '../shared/formats.ts';
import { isId } from '../shared/ids.ts';
import { invalid, type Problem, toProblem } from '../shared/problem.ts';
import { fieldErrors, strict } from '../shared/validation.ts';

/** A form's fields as they were typed, under their names: `evidence.tool`, `devices.0.make`, `receivedOn-day`. */
export type Typed = Record<string, string | string[]>;

/** What a page needs to show a form: what was typed, and what was wrong with it, by field name. A prefix keeps ids apart where a page has several forms. */
export type Form = {
  typed: Typed;
  errors: Record<string, string>;
  summary: { name?: string; text: string }[];
  status: number;
  prefix?: string;
};

/** A form that nobody has sent yet, with what it starts from. Dates are `YYYY-MM-DD`. */
export function newForm(typed: Typed = {}): Form {
  return { typed, errors: {}, summary: [], status: 200 };
}

/**
 * What a form sent, without its hidden fields. Numbered rows that are blank are left out and
 * the others move up, so that a fault in row 1 is of row 1 when the form is shown again.
 */
export function typedIn(body: unknown): Typed {
  const typed = Object.entries(body ?? {})
    .filter(
      (entry): entry is [string, string | string[]] =>
        !['_csrf', '_once'].includes(entry[0]) &&
        [entry[1]].flat().every((value) => typeof value === 'string'),
    )
    .map(([name, value]): [string, string | string[]] => [
      name,
      typeof value === 'string' ? ownLines(value) : value.map(ownLines),
    ]);
  const filled = new Map<string, string[]>();
  for (const [name, value] of typed) {
    const [, list, row] = rowName.exec(name) ?? [];
    const rows = list ? (filled.get(list) ?? filled.set(list, []).get(list)!) : [];
    if (row && !isBlank(value) && !rows.includes(row)) rows.push(row);
  }
  for (const rows of filled.values()) rows.sort((one, other) => Number(one) - Number(other));
  const kept = typed.flatMap(([name, value]): [string, string | string[]][] => {
    const [, list, row, field] = rowName.exec(name) ?? [];
    if (!list) return [[name, value]];
    const place = filled.get(list)!.indexOf(row!);
    return place < 0 ? [] : [[`${list}.${place}.${field}`, value]];
  });
  return Object.assign(Object.create(null), Object.fromEntries(kept));
}

/** A form sends a line's end as two characters, the API as one. */
const ownLines = (value: string) => value.replaceAll('\r\n', '\n');
const rowName = /^(\w+)\.(\d{1,3})\.(.+)$/;
const isBlank = (value: string | string[]) => [value].flat().every((part) => part.trim() === '');

/**
 * Reads a form into the body that the API takes for the same, held to the same schema: text
 * trimmed but for passwords, empty fields left out, numbers, yes and no, lists and dates made what they stand for.
 * @param words what to say of a field that was left empty, by its name (`devices.*.make` for every row)
 * @throws Problem `invalid` with the faults of all fields
 */
export function fields<T extends TSchema>(
  schema: T,
  typed: Typed,
  words: Record<string, string> = {},
): Static<T> {
  const value = read(schema as JsonSchema, typed, '') ?? {};
  const isRight = strict.compile(schema as object);
  if (isRight(value)) return value as Static<T>;
  const errors = (isRight.errors ?? []).filter(
    ({ keyword }) => !['oneOf', 'discriminator'].includes(keyword),
  );
  throw invalid(
    ...errors.flatMap((error) =>
      fieldErrors([error]).map(({ pointer, message }) => {
        const own = words[nameOf(pointer).replaceAll(/\.\d+(?=\.|$)/g, '.*')];
        const empty = ['required', 'minLength', 'minItems', 'enum', 'x-any-of'].includes(error.keyword);
        return { pointer, message: (empty && own) || kinder(error, typed, nameOf(pointer)) || message };
      }),
    ),
  );
}

/** The id that a field was sent with; undefined where it is empty or no id. */
export const idIn = (value: string | string[] | undefined): string | undefined =>
  isId(value) ? value : undefined;

/**
 * What a page made of a form by itself, held to the schema of the API that takes the same.
 * @throws Problem `invalid` with the faults of all fields
 */
export function held<T extends TSchema>(schema: T, value: unknown): Static<T> {
  const isRight = strict.compile(schema as object);
  if (isRight(value)) return value as Static<T>;
  throw invalid(...fieldErrors(isRight.errors ?? []));
}

function kinder({ keyword, params, parentSchema }: ErrorObject, typed: Typed, name: string) {
  if (keyword === 'required') return 'Enter this';
  if (keyword === 'enum') return 'Choose one of these';
  if (keyword === 'type' && [params.type].flat().some((type) => type === 'integer' || type === 'number'))
    return 'Enter a number';
  if (keyword !== 'format' || params.format !== 'date') return undefined;
  const parts = datePartsIn(typed, name);
  const reading = parts && readDateParts(parts, wantedDate);
  if (reading && 'fault' in reading) return reading.fault;
  return (parentSchema as { errorMessage?: string }).errorMessage ?? wantedDate;
}

/**
 * The form again, with what was typed and why it was refused.
 * @throws the error itself when no change to the form would help (not found, a fault of ours)
 */
export function refused(typed: Typed, error: unknown): Form {
  const problem = toProblem(error);
  if (![409, 412, 422, 429].includes(problem.status)) throw error;
  const errors: Record<string, string> = {};
  for (const { pointer, message } of problem.errors ?? [])
    errors[nameOf(pointer)] ??= withoutStop(withDates(message));
  const summary = Object.entries(errors).map(([name, text]) => ({ name, text }));
  return {
    typed,
    errors,
    summary: summary.length ? summary : [{ text: sentence(problem) }],
    status: problem.status,
  };
}

/** The NHS style ends an error message of one sentence without a full stop. */
const withoutStop = (message: string) => (/\.\s/.test(message) ? message : message.replace(/\.$/, ''));
const sentence = ({ title, detail }: Problem) => (detail ? `${title}. ${withDates(detail)}` : `${title}.`);
/** `/devices/0/make` as the field's name, `devices.0.make`. */
const nameOf = (pointer: string) => pointer.replace(/^\//, '').replaceAll('/', '.');

type JsonSchema = {
  type?: string;
  format?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  discriminator?: { propertyName: string };
  const?: unknown;
};

/** What the fields under a name stand for; undefined when they are empty. */
function read(schema: JsonSchema, typed: Typed, name: string): unknown {
  const asTyped = [typed[name] ?? ''].flat()[0]!;
  if (schema.format === 'password') return asTyped || undefined;
  const text = asTyped.trim();
  if (schema.discriminator && schema.oneOf) return read(chosen(schema, typed, name), typed, name);
  if (schema.anyOf) {
    const value = read(schema.anyOf.find((part) => part.type !== 'null') ?? {}, typed, name);
    return value === undefined && schema.anyOf.some((part) => part.type === 'null') ? null : value;
  }
  if (schema.properties) return readObject(schema, typed, name);
  if (schema.type === 'array') return readArray(schema.items ?? {}, typed, name);
  if (schema.format === 'date') return dateIn(typed, name) ?? (text || undefined);
  if (text === '') return undefined;
  if (schema.type === 'boolean')
    return ['true', 'yes', 'on'].includes(text) || (['false', 'no'].includes(text) ? false : text);
  if (schema.type === 'integer' || schema.type === 'number')
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return text;
}

function chosen(schema: JsonSchema, typed: Typed, name: string): JsonSchema {
  const { propertyName } = schema.discriminator!;
  const choice = typed[under(name, propertyName)];
  return (
    schema.oneOf!.find((branch) => branch.properties?.[propertyName]?.const === choice) ?? schema.oneOf![0]!
  );
}

function readObject(schema: JsonSchema, typed: Typed, name: string): unknown {
  const parts = Object.entries(schema.properties!).flatMap(([key, part]) => {
    const value = read(part, typed, under(name, key));
    const needed = schema.required?.includes(key);
    if (value === undefined) return needed && part.properties ? [[key, {}]] : [];
    return value === null && !needed ? [] : [[key, value]];
  });
  return parts.length ? Object.fromEntries(parts) : undefined;
}

function readArray(items: JsonSchema, typed: Typed, name: string): unknown {
  if (!items.properties) {
    const list = [typed[name] ?? []].flat().filter((value) => value.trim() !== '');
    return list.length ? list.map((value) => read(items, { value }, 'value')) : undefined;
  }
  const rows = new Set(
    Object.keys(typed).flatMap((key) =>
      key.startsWith(`${name}.`) ? [key.slice(name.length + 1).split('.')[0]!] : [],
    ),
  );
  return rows.size
    ? [...rows]
        .sort((one, other) => Number(one) - Number(other))
        .map((row) => read(items, typed, `${name}.${row}`) ?? {})
    : undefined;
}

const wantedDate = 'Enter a real date with day, month and year, such as 6 8 2026';

/** The three fields of a date; nothing where all are empty. */
function datePartsIn(typed: Typed, name: string): DateParts | undefined {
  const [day, month, year] = ['day', 'month', 'year'].map((part) =>
    [typed[`${name}-${part}`] ?? ''].flat()[0]!.trim(),
  ) as [string, string, string];
  return day || month || year ? { day, month, year } : undefined;
}

/** Day, month and year in their three fields as `YYYY-MM-DD`; what is no date stays as typed, to be refused. */
export function dateIn(typed: Typed, name: string): string | undefined {
  const parts = datePartsIn(typed, name);
  if (!parts) return undefined;
  const reading = readDateParts(parts, wantedDate);
  return 'date' in reading ? reading.date : `${parts.day} ${parts.month} ${parts.year}`;
}

const under = (name: string, key: string) => (name ? `${name}.${key}` : key);

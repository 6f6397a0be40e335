import { type RawBuilder, sql } from 'kysely';
import Type, { type TSchema } from 'typebox';
import { uuid } from './ids.ts';
import { Problem } from './problem.ts';
import { oneOf } from './schemas.ts';
import { isDate } from './validation.ts';

/** The query parameters that every list takes. */
export const listQuery = {
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'How many to return' }),
  after: Type.Optional(Type.String({ maxLength: 500, description: 'The `next` of the page before' })),
};

/** One page of a list: its items, and the cursor of the next page or null at the end. */
export function pageOf<T extends TSchema>(item: T) {
  return Type.Object({ items: Type.Array(item), next: Type.Union([Type.String(), Type.Null()]) });
}

export type ListPage<T> = { items: T[]; next: string | null };

const kinds = {
  uuid,
  date: /^\d{4}-\d{2}-\d{2}$/,
  text: /^.{1,500}$/s,
  flag: /^(true|false)$/,
  instant: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/,
} as const;
export type CursorKind = keyof typeof kinds;

/**
 * Reads a cursor into the sort key it stands for.
 * @throws Problem `bad-query` when it is not one of ours
 */
export function readCursor(after: string | undefined, shape: CursorKind[]): string[] | undefined {
  if (!after) return undefined;
  try {
    const key: unknown = JSON.parse(Buffer.from(after, 'base64url').toString());
    if (Array.isArray(key) && key.length === shape.length) {
      const fits = key.every(
        (part, place) =>
          typeof part === 'string' &&
          kinds[shape[place]!].test(part) &&
          (!['date', 'instant'].includes(shape[place]!) ||
            (isDate(part.slice(0, 10)) && !Number.isNaN(Date.parse(part)))),
      );
      if (fits) return key;
    }
  } catch {}
  throw new Problem('bad-query', {
    errors: [{ pointer: 'after', message: 'Use the `next` of the page before, unchanged.' }],
  });
}

const order = (unset: string) =>
  Type.Optional(oneOf(['newest', 'oldest'], { description: `Which come first; ${unset} when left out` }));

/** The query parameters of a list that goes either way, the newest first when not asked. */
export const orderedQuery = { ...listQuery, order: order('the newest') };
/** The same of what is worked through, in an order of its own when not asked. */
export const workOrderedQuery = (unset: string) => ({ ...listQuery, order: order(unset) });
export type Ordered = { order?: 'newest' | 'oldest' | undefined; after?: string | undefined };

/**
 * The order of a list by its ids, which are made in the order of time.
 * @returns `follows`, a condition for what comes after the cursor, `by` for `order by`, and `key`, a row's sort key
 */
export function byId(id: RawBuilder<unknown>, { order, after }: Ordered) {
  const [last] = readCursor(after, ['uuid']) ?? [];
  const [beyond, direction] = order === 'oldest' ? [sql`>`, sql`asc`] : [sql`<`, sql`desc`];
  return {
    follows: last ? sql`and ${id} ${beyond} ${last}::uuid` : sql``,
    by: sql`${id} ${direction}`,
    key: (row: { id: string }) => [row.id],
  };
}

/** The last day that a date can be here stands for none where a list is sorted by day: what has none comes last. */
export const noDay = '2199-12-31';

/** A column that a list can be sorted by: what stands in it in SQL, never null, and the same of a row that was read. */
export type SortColumn<Row> = { by: RawBuilder<unknown>; kind: CursorKind; of: (row: Row) => string };

/** The query parameter that sorts a list by one of its columns, `-` before its name for the other way. */
export const sortQuery = <Name extends string>(names: readonly Name[]) => ({
  sort: Type.Optional(
    oneOf(
      names.flatMap((name) => [name, `-${name}`] as const),
      { description: 'The column that it is sorted by, with `-` the other way; takes the place of `order`' },
    ),
  ),
});

/**
 * The order of a list by one of its columns, and by id where that says the same.
 * @returns `follows`, a condition for what comes after the cursor, `by` for `order by`, and `key`, a row's sort key; undefined when no sort is asked for
 */
export function bySort<Row extends { id: string }, Name extends string>(
  columns: Record<Name, SortColumn<Row>>,
  id: RawBuilder<unknown>,
  { sort, after }: { sort?: Name | `-${Name}` | undefined; after?: string | undefined },
) {
  if (!sort) return undefined;
  const { by, kind, of } = columns[sort.replace(/^-/, '') as Name];
  const [beyond, direction] = sort.startsWith('-') ? [sql`<`, sql`desc`] : [sql`>`, sql`asc`];
  const [value, last] = readCursor(after, [kind, 'uuid']) ?? [];
  return {
    follows: last ? sql`and (${by}, ${id}) ${beyond} (${typed[kind](value)}, ${last}::uuid)` : sql``,
    by: sql`${by} ${direction}, ${id} ${direction}`,
    key: (row: Row) => [of(row), row.id],
  };
}

/** A part of a cursor as the database compares it. */
const typed: Record<CursorKind, (value: string | undefined) => RawBuilder<unknown>> = {
  uuid: (value) => sql`${value}::uuid`,
  date: (value) => sql`${value}::date`,
  text: (value) => sql`${value}::text`,
  flag: (value) => sql`${value}::boolean`,
  instant: (value) => sql`${value}::timestamptz`,
};

/** Cuts `limit + 1` rows to a page; `key` gives a row's sort key. */
export function toPage<T>(rows: T[], limit: number, key: (row: T) => string[]): ListPage<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next =
    rows.length > limit && last ? Buffer.from(JSON.stringify(key(last))).toString('base64url') : null;
  return { items, next };
}

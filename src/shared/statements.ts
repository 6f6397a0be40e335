import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import { seeingAll } from './asker.ts';
import type { Reader } from './database.ts';
import { col, type Row, type RowOf } from './rows.ts';

/**
 * The name of a statement, and how it is planned. A name alone prepares it once for each connection: in a
 * transaction with one plan for all parameters, since commands reach their rows by id and to plan each time
 * costs more than to run; outside of one PostgreSQL decides.
 */
export type Name = string | { name: string; planned: 'each time' };

/** For a read outside of transactions that is planned for its parameters each time: a list of a rare status wants another plan than one of a common status. */
export const each = (name: string): Name => ({ name, planned: 'each time' });

/** A statement as the connection is given it: `row` is what its rows are held to, where rows are held. */
export type NamedQuery<T = unknown> = CompiledQuery<T> & { name?: Name; row?: Row };

/** A statement of Kysely's builder, whose rows are typed from the database. */
type Built<T> = { compile(): CompiledQuery<T> };

/** SQL in a template; what is put into it goes as a parameter, or is a piece of SQL made by `sql`. */
type Written<T> = (text: TemplateStringsArray, ...values: unknown[]) => Promise<T>;

/**
 * All rows of a statement: of one of Kysely's builder, or of SQL that follows in a template, with its columns:
 * many(db, 'device.of-kind', { id: col.text })`select id from device where kind = ${kind}`
 */
export function many<T>(db: Reader, name: Name, built: Built<T>): Promise<T[]>;
export function many<Columns extends Row>(db: Reader, name: Name, row: Columns): Written<RowOf<Columns>[]>;
export function many(db: Reader, name: Name, of: Row | Built<unknown>): unknown {
  return read(db, name, of, (rows) => rows);
}

/** As `many`, for at most one row. */
export function maybe<T>(db: Reader, name: Name, built: Built<T>): Promise<T | undefined>;
export function maybe<Columns extends Row>(
  db: Reader,
  name: Name,
  row: Columns,
): Written<RowOf<Columns> | undefined>;
export function maybe(db: Reader, name: Name, of: Row | Built<unknown>): unknown {
  return read(db, name, of, ([row]) => row);
}

/** As `many`, for what always gives a row. @throws Error where it gives none */
export function one<T>(db: Reader, name: Name, built: Built<T>): Promise<T>;
export function one<Columns extends Row>(db: Reader, name: Name, row: Columns): Written<RowOf<Columns>>;
export function one(db: Reader, name: Name, of: Row | Built<unknown>): unknown {
  return read(db, name, of, ([row]) => {
    if (!row) throw new Error(`${labelOf(name)} gave no row`);
    return row;
  });
}

/** How many rows there are of what follows in a template: countOf(db, '…')`from device where …` */
export const countOf =
  (db: Reader, name: Name): Written<number> =>
  async (text, ...values) =>
    (await one(db, name, { count: col.number })`select count(*) as count ${sql(text, ...values)}`).count;

/** Runs a statement for what it does: how many rows it wrote. What writes is never narrowed to whoever asks. */
export function run(db: Reader, name: Name, built: Built<unknown>): Promise<number>;
export function run(db: Reader, name: Name): Written<number>;
export function run(db: Reader, name: Name, built?: Built<unknown>): unknown {
  const write = async (query: CompiledQuery) =>
    Number((await seeingAll(() => db.executeQuery(named(query, name)))).numAffectedRows ?? 0);
  if (built) return write(built.compile());
  return (...written: Parameters<Written<unknown>>) => write(compiled(db, ...written));
}

/** The name by which operators know a statement. */
export const labelOf = (name: Name) => (typeof name === 'string' ? name : name.name);

function read(db: Reader, name: Name, of: Row | Built<unknown>, take: (rows: unknown[]) => unknown): unknown {
  const ask = async (query: NamedQuery) => take((await db.executeQuery(query)).rows);
  if (isBuilt(of)) return ask(named(of.compile(), name));
  return (...written: Parameters<Written<unknown>>) =>
    ask({ ...named(compiled(db, ...written), name), row: of });
}

const isBuilt = (of: Row | Built<unknown>): of is Built<unknown> => typeof of.compile === 'function';

const named = (query: CompiledQuery, name: Name): NamedQuery => ({ ...query, name });

const compiled = (db: Reader, text: TemplateStringsArray, ...values: unknown[]): CompiledQuery =>
  (sql(text, ...values) as RawBuilder<unknown>).compile(db);

import Type, { type Static, type TObject, type TProperties, type TSchema } from 'typebox';
import { nullable, oneOf } from './schemas.ts';

/** What a statement gives back, column by column. Tests hold every row to it; the type of a row comes from it. */
export type Row = TProperties;
export type RowOf<Columns extends Row> = Static<TObject<Columns>>;

type Part<Columns extends Row, Name extends keyof Columns> = { [Own in Name]: Columns[Own] };

/** Kinds of columns. An instant is text (ISO 8601), a day is text (`YYYY-MM-DD`), a numeric is text. */
export const col = {
  text: Type.String(),
  number: Type.Number(),
  boolean: Type.Boolean(),
  bytes: Type.Unsafe<Buffer>({}),
  /** JSON that is handed on as it is. */
  json: Type.Unknown(),
  oneOf,
  keyOf: <T extends object>(table: T) =>
    Type.Unsafe<keyof T & string>({ type: 'string', enum: Object.keys(table) }),
  orNull: nullable,
  /** A part of a JSON object that may be missing. */
  optional: Type.Optional,
  listOf: <T extends TSchema>(schema: T) => Type.Array(schema),
  object: <Columns extends Row>(columns: Columns) => Type.Object(columns),
  either: <T extends TSchema[]>(...schemas: [...T]) => Type.Union(schemas),
  /** JSON of a type that no schema describes. */
  unchecked: <T>() => Type.Unsafe<T>({}),
  pick: <Columns extends Row, Name extends keyof Columns>(columns: Columns, ...names: Name[]) =>
    Object.fromEntries(names.map((name) => [name, columns[name]])) as Part<Columns, Name>,
  omit: <Columns extends Row, Name extends keyof Columns>(columns: Columns, ...names: Name[]) =>
    Object.fromEntries(
      Object.entries(columns).filter(([name]) => !names.includes(name as unknown as Name)),
    ) as Omit<Columns, Name>,
};

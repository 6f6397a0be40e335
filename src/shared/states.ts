import { type RawBuilder, type SelectType, sql } from 'kysely';
import type { DB } from './database.types.ts';

type Table = { [T in keyof DB]: 'status' extends keyof DB[T] ? T : never }[keyof DB];
type StatusOf<T extends Table> = DB[T] extends { status: infer Column } ? SelectType<Column> & string : never;

/**
 * A condition on the rows of an alias; without one, of the table itself by its name. What it compares with
 * stands in the text as literals, so that partial indexes are found. A status in hand is no alias.
 */
type Condition<All extends string> = <Alias extends string>(
  alias?: Alias extends All ? never : Alias,
) => RawBuilder<boolean>;

/** Some statuses of a table under one name: a condition of SQL, and `of` for a status in hand. */
type State<All extends string, Some extends All> = Condition<All> & {
  statuses: readonly Some[];
  of(status: string): status is Some;
};

/** Names some statuses of a table: `isAhead('f')` is a condition of SQL, `isAhead.of(status)` asks in TypeScript. */
export function state<T extends Table, const Some extends StatusOf<T>>(
  table: T,
  statuses: readonly Some[],
): State<StatusOf<T>, Some> {
  const literals = statuses.map((status) => sql.lit(status));
  const condition = conditionOn<StatusOf<T>>(table, 'status', (column) =>
    literals.length === 1 ? sql`${column} = ${literals[0]}` : sql`${column} in (${sql.join(literals)})`,
  );
  return withList(condition, statuses);
}

/** The same for a status whose end has a time: SQL asks for the column of that, which is null until then. */
export function stateUntil<T extends Table, const Some extends StatusOf<T>>(
  table: T,
  status: Some,
  endedAt: string & keyof DB[T],
): State<StatusOf<T>, Some> {
  return withList(
    conditionOn<StatusOf<T>>(table, endedAt, (column) => sql`${column} is null`),
    [status],
  );
}

type WithKind = { [T in keyof DB]: 'kind' extends keyof DB[T] ? T : never }[keyof DB];
type KindOf<T extends WithKind> = DB[T] extends { kind: infer Column } ? SelectType<Column> & string : never;

/** Names some kinds of a table as `state` names statuses: `isGone('n')` in SQL, `isGone.of(kind)` in TypeScript. */
export function someKinds<T extends WithKind, const Some extends KindOf<T>>(
  table: T,
  kinds: readonly Some[],
): State<KindOf<T>, Some> {
  const literals = sql.join(kinds.map((kind) => sql.lit(kind)));
  return withList(
    conditionOn<KindOf<T>>(table, 'kind', (column) => sql`${column} in (${literals})`),
    kinds,
  );
}

/** The condition for every status but one. */
export function stateButFor<T extends Table>(table: T, status: StatusOf<T>): Condition<StatusOf<T>> {
  return conditionOn(table, 'status', (column) => sql`${column} <> ${sql.lit(status)}`);
}

type WithMistakes = { [T in keyof DB]: 'taken_back_at' extends keyof DB[T] ? T : never }[keyof DB];

/** The condition for what was not taken back as recorded by mistake. */
export function notTakenBack(table: WithMistakes): Condition<never> {
  return conditionOn(table, 'taken_back_at', (column) => sql`${column} is null`);
}

/** Each alias is written once: conditions are parts of statements that run often. */
function conditionOn<All extends string>(
  table: string,
  column: string,
  make: (column: RawBuilder<unknown>) => RawBuilder<boolean>,
): Condition<All> {
  const made = new Map<string, RawBuilder<boolean>>();
  return (alias: string = table) => {
    const condition = made.get(alias) ?? make(sql.ref(`${alias}.${column}`));
    made.set(alias, condition);
    return condition;
  };
}

function withList<All extends string, Some extends All>(
  condition: Condition<All>,
  statuses: readonly Some[],
): State<All, Some> {
  const of = (status: string): status is Some => (statuses as readonly string[]).includes(status);
  return Object.assign(condition, { statuses, of });
}

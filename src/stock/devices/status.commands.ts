import { type RawBuilder, sql } from 'kysely';
import type { Trx } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import {
  checkKinds,
  type DeviceMove,
  type DeviceStatus,
  deviceMoves,
  deviceStatuses,
  statusWords,
} from './device.rules.ts';
import { openChecks } from './updates.queries.ts';

type Sql = RawBuilder<unknown>;
type By = DeviceMove['by'];
/** What makes a move with which a new cycle begins. */
type Beginning = Extract<DeviceMove, { cycle: 'new' }>['by'];
/** An instant, and for what begins a new cycle the civil date on which it starts. */
type When<B> = { at: string } & ([Extract<B, Beginning>] extends [never]
  ? { day?: string | Sql }
  : { day: string | Sql });

type Moving = {
  /** Which devices `d` move, as a condition; it finds them in `from` where that is given. */
  which: Sql;
  /** What else the update reads. */
  from?: Sql;
  /** Where each goes, for moves that lead to several statuses: a column of `from`. */
  to?: Sql;
  /** Whether a device that is there already is written as well. */
  stays?: boolean;
  /** The columns that change with the status. */
  set?: Sql;
};

/**
 * The update that moves devices `d`, without `returning`: for a statement of its own or a part of one on a
 * hot path. It writes the status, the cycle where the table begins a new one, and when it changed. A device
 * in a status from which nothing in the table leads there is left out. Who counts as missing at a stocktake
 * is ended by the trigger `device_leaves_shelf`.
 * @param by what makes the move, as in the table; several where they lead to one status, or with `to`
 */
export function deviceMove<const B extends By>(
  by: B | readonly B[],
  { which, from, to, stays = false, at, day, set }: Moving & When<B>,
): Sql {
  const bys: readonly string[] = [by].flat();
  const moves: readonly Move[] = deviceMoves.filter((move) => bys.includes(move.by));
  const [first] = moves;
  if (!first || (!to && moves.some((move) => move.to !== first.to)))
    throw new Error(`These moves lead to no one status: ${bys.join(', ')}`);
  const columns = [
    sql`changed_at = ${at}::timestamptz`,
    ...cycleColumns(moves, to, day),
    ...(set ? [set] : []),
  ];
  const allowed = to ? leadsTo(moves, to, stays) : isIn([...starts(moves), ...(stays ? [first.to] : [])]);
  const target = to ?? sql.lit(first.to);
  return sql`update device d set status = ${target}, ${sql.join(columns)} ${from ? sql`from ${from}` : sql``} where ${which} and ${allowed}`;
}

type Move = { from: DeviceStatus; to: DeviceStatus; cycle?: 'new' };

const literals = (statuses: DeviceStatus[]) =>
  sql.join([...new Set(statuses)].map((status) => sql.lit(status)));
const starts = (moves: readonly Move[]) => moves.map((move) => move.from);
const ends = (moves: readonly Move[]) => moves.map((move) => move.to);
const isIn = (statuses: DeviceStatus[]) => sql`d.status in (${literals(statuses)})`;

/** What the moves write of the cycle: nothing, a new one, or that of what goes where one begins. */
function cycleColumns(moves: readonly Move[], to: Sql | undefined, day: string | Sql | undefined): Sql[] {
  const beginning = moves.filter(({ cycle }) => cycle === 'new');
  if (!beginning.length) return [];
  if (!to || beginning.length === moves.length)
    return [sql`cycle = d.cycle + 1, cycle_started_on = ${day}::date`];
  const begins = sql`${to} in (${literals(ends(beginning))})`;
  return [
    sql`cycle = case when ${begins} then d.cycle + 1 else d.cycle end`,
    sql`cycle_started_on = case when ${begins} then ${day}::date else d.cycle_started_on end`,
  ];
}

/** Whether one of the moves leads a device from where it is to where it is to go. */
function leadsTo(moves: readonly Move[], to: Sql, stays: boolean): Sql {
  const ways = [...Map.groupBy(moves, (move) => move.from)].map(
    ([from, own]) => sql`d.status = ${sql.lit(from)} and ${to} in (${literals(ends(own))})`,
  );
  return sql`(${sql.join([...ways, ...(stays ? [sql`d.status = ${to}`] : [])], sql` or `)})`;
}

export const DeviceState = {
  id: col.text,
  status: col.oneOf(deviceStatuses),
  openChecks: col.listOf(col.oneOf(checkKinds)),
};
export type DeviceState = RowOf<typeof DeviceState>;
export const MovedDevice = {
  ...DeviceState,
  assetTag: col.text,
  cycle: col.number,
  locationId: col.orNull(col.text),
};
export type MovedDevice = RowOf<typeof MovedDevice>;

/** What becomes known of a device as it moves; what is left out stays as it was. */
type Known = {
  /** Where it is kept from now on. */
  locationId?: string | null | undefined;
  condition?: string | null | undefined;
  /** A line to add to its notes. */
  note?: string | null | undefined;
};

/** What a refusal says of the devices that a move is for, where the status alone does not tell. */
const onlyFor: Partial<Record<By, string>> = { found: 'Only a lost device is recorded as found.' };

/**
 * Moves one device; where a new cycle begins, it begins today.
 * @throws Problem `not-found`, `device-move-refused` for a move that is not in the table
 */
export async function changeDeviceStatus(
  { trx, at, today }: Work,
  id: string,
  by: By,
  { locationId = null, condition = null, note = null }: Known,
): Promise<MovedDevice> {
  const row = await maybe(trx, 'device.change-status', MovedDevice)`
    ${deviceMove<By>(by, {
      which: sql`d.id = ${id}`,
      at,
      day: today,
      set: sql`location_id = coalesce(${locationId}::uuid, d.location_id), condition = coalesce(${condition}::text, d.condition),
        notes = case when ${note}::text is null then d.notes else concat_ws(E'\n', d.notes, ${note}::text) end`,
    })}
    returning d.id, d.asset_tag as "assetTag", d.status, d.cycle, d.location_id as "locationId",
      case d.status when 'in_preparation' then ${openChecks('d', today)} else '{}' end as "openChecks"`;
  if (!row) throw await moveRefused(trx, id, by);
  return row;
}

async function moveRefused(trx: Trx, id: string, by: By): Promise<Problem> {
  const row = await maybe(
    trx,
    'device.status',
    trx.selectFrom('device').select('status').where('id', '=', id),
  );
  if (!row) return new Problem('not-found');
  const { status } = row;
  const detail = [`The device is ${statusWords[status]}.`, onlyFor[by]].filter(Boolean).join(' ');
  return new Problem('device-move-refused', { detail, deviceStatus: status });
}

import type { Trx } from '../../shared/database.ts';
import { newId } from '../../shared/ids.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import type { StockChange } from './accessory.rules.ts';

export const StockOf = { accessoryId: col.text, locationId: col.text };
export type StockOf = RowOf<typeof StockOf>;
/** One line of the log, with the stock that it changes. Without a change the place may be unknown. */
export type StockMovement = Omit<StockChange, 'locationId'> & {
  accessoryId: string;
  locationId: string | null;
  loanId?: string | undefined;
  note?: string | undefined;
  /** The movement that was a mistake. */
  takesBack?: string | undefined;
};

/**
 * Locks the stock of accessories in places, by accessory and place, and tells how many there are;
 * a place that held none yet begins with 0. One statement, however many. It comes last of all locks,
 * since everyone takes from the same few rows.
 */
export async function lockStock(trx: Trx, of: StockOf[]): Promise<(StockOf & { quantity: number })[]> {
  return many(trx, 'accessory.lock-stock', { ...StockOf, quantity: col.number })`
    insert into accessory_stock as s (accessory_id, location_id, quantity)
    select distinct t."accessoryId", t."locationId", 0
    from jsonb_to_recordset(${JSON.stringify(of)}::jsonb) t ("accessoryId" uuid, "locationId" uuid)
    order by 1, 2
    on conflict (accessory_id, location_id) do update set quantity = s.quantity
    returning accessory_id as "accessoryId", location_id as "locationId", quantity`;
}

/**
 * Changes the stock that `lockStock` locked and writes each change to the log: one statement, however
 * many. Each accessory and place may be named once. The database refuses a quantity below zero.
 * @param at the instant of what moved them, where that was written down already
 */
export async function moveStock(work: Work, movements: StockMovement[], at = work.at): Promise<void> {
  const rows = movements.map((movement) => ({ ...movement, id: newId() }));
  await run(work.trx, 'accessory.move-stock')`
    with t as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        t (id uuid, "accessoryId" uuid, "locationId" uuid, kind text, change int, quantity int, "loanId" uuid, note text, "takesBack" uuid)
    ), s as (
      update accessory_stock s set quantity = s.quantity + t.change
      from t where s.accessory_id = t."accessoryId" and s.location_id = t."locationId" and t.change <> 0
    )
    insert into accessory_movement (id, accessory_id, location_id, kind, change, quantity, loan_id, note, takes_back, actor_name, at)
    select t.id, t."accessoryId", t."locationId", t.kind, t.change, t.quantity, t."loanId", t.note, t."takesBack", ${work.ctx.actor.name},
      ${at}::timestamptz
    from t`;
}

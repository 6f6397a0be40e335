import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { Accessory, AccessoryMovement, type MovementQuery } from './accessory.schemas.ts';

/** Whether fewer of accessory `a` are left than its level says; of a kind that was never held nothing is missing. */
export const isLow = sql`a.retired_at is null
  and (select sum(quantity) from accessory_stock where accessory_id = a.id) < a.low_stock_level`;

const columns = sql`a.id, a.kind, a.low_stock_level as "lowStockLevel", a.retired_at is not null as retired, a.changed_at as "changedAt",
  coalesce(${isLow}, false) as low, s.total, s.stock`;
const tables = sql`accessory a cross join lateral (
  select coalesce(sum(s.quantity), 0)::int as total, coalesce(json_agg(json_build_object(
    'location', json_build_object('id', l.id, 'name', l.name), 'quantity', s.quantity) order by l.name), '[]') as stock
  from accessory_stock s join location l on l.id = s.location_id where s.accessory_id = a.id) s`;

/** The kinds of accessories by name, each with its stock by place. */
export async function listAccessories(db: Reader, { retired = false } = {}): Promise<Accessory[]> {
  return many(db, 'accessory.list', Accessory.properties)`
    select ${columns} from ${tables} where ${retired}::boolean or a.retired_at is null order by lower(a.kind)`;
}

/**
 * One kind of accessory with its stock by place.
 * @throws Problem `not-found`
 */
export async function getAccessory(db: Reader, id: string): Promise<Accessory> {
  const row = await maybe(
    db,
    'accessory.get',
    Accessory.properties,
  )`select ${columns} from ${tables} where a.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The log of an accessory, the newest first. */
export async function listMovements(
  db: Reader,
  accessoryId: string,
  query: MovementQuery,
): Promise<ListPage<AccessoryMovement>> {
  const { follows, by } = byId(sql`m.id`, query);
  const rows = await many(db, each('accessory.list-movements'), AccessoryMovement.properties)`
    select m.id, m.at, m.kind, m.change, m.quantity, m.note, m.actor_name as actor, m.takes_back as "takesBack",
      exists (select from accessory_movement b where b.takes_back = m.id) as "takenBack",
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as location,
      case when l.id is not null then json_build_object('id', l.id, 'reference', l.reference) end as loan
    from accessory_movement m left join location p on p.id = m.location_id left join loan l on l.id = m.loan_id
    where m.accessory_id = ${accessoryId} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

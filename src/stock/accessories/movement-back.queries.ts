import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { loggedKinds } from './accessory.rules.ts';

const MovementLine = {
  id: col.text,
  accessoryId: col.text,
  accessory: col.text,
  locationId: col.orNull(col.text),
  place: col.orNull(col.text),
  kind: col.oneOf(loggedKinds),
  change: col.number,
  loan: col.orNull(col.text),
  isToday: col.boolean,
  takenBack: col.boolean,
  countedSince: col.boolean,
};
export type MovementLine = RowOf<typeof MovementLine>;

/**
 * The lines of the log that a movement is: one, of a move both, which were written after each other.
 * @param today civil date
 * @throws Problem `not-found`
 */
export async function getMovementLines(db: Reader, id: string, today: string): Promise<MovementLine[]> {
  const rows = await many(db, each('accessory.movement-lines'), MovementLine)`
    with own as (
      select * from accessory_movement where id = ${id}
    ), line as (
      select * from own
      union all (select o.* from accessory_movement o join own on o.accessory_id = own.accessory_id and o.at = own.at and o.change = -own.change
        where own.kind = 'moved_out' and o.kind = 'moved_in' and o.id > own.id order by o.id limit 1)
      union all (select o.* from accessory_movement o join own on o.accessory_id = own.accessory_id and o.at = own.at and o.change = -own.change
        where own.kind = 'moved_in' and o.kind = 'moved_out' and o.id < own.id order by o.id desc limit 1)
    )
    select m.id, m.accessory_id as "accessoryId", a.kind as accessory, m.location_id as "locationId", p.name as place, m.kind, m.change,
      (select reference from loan where id = m.loan_id) as loan, (m.at at time zone 'Europe/London')::date = ${today}::date as "isToday",
      exists (select from accessory_movement b where b.takes_back = m.id) as "takenBack",
      exists (select from accessory_movement c where c.accessory_id = m.accessory_id and c.location_id = m.location_id and c.kind = 'counted'
        and c.id > m.id and not exists (select from accessory_movement b where b.takes_back = c.id)) as "countedSince"
    from line m join accessory a on a.id = m.accessory_id left join location p on p.id = m.location_id order by m.id`;
  if (!rows.length) throw new Problem('not-found');
  return rows;
}

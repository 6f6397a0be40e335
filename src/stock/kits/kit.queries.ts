import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { many, maybe } from '../../shared/statements.ts';
import { Kit } from './kit.schemas.ts';

/** The lines of kit `k` in their order, as JSON. */
export const kitLinesJson = sql`coalesce((
  select json_agg(json_build_object('line', n.position, 'deviceKind', n.device_kind, 'withData', n.with_data, 'quantity', n.quantity,
    'accessory', case when a.id is not null then json_build_object('id', a.id, 'kind', a.kind) end) order by n.position)
  from kit_line n left join accessory a on a.id = n.accessory_id where n.kit_id = k.id), '[]')`;

const columns = sql`k.id, k.name, k.retired_at is not null as retired, k.support_plan_id as "supportPlanId", k.changed_at as "changedAt", ${kitLinesJson} as lines`;

/** The kits by name. */
export async function listKits(db: Reader, { retired = false } = {}): Promise<Kit[]> {
  return many(db, 'kit.list', Kit.properties)`
    select ${columns} from kit k where ${retired}::boolean or k.retired_at is null order by lower(k.name), k.id`;
}

/**
 * One kit with its lines.
 * @throws Problem `not-found`
 */
export async function getKit(db: Reader, id: string): Promise<Kit> {
  const row = await maybe(db, 'kit.get', Kit.properties)`select ${columns} from kit k where k.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

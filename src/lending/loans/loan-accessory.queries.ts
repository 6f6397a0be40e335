import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import { deviceKinds } from '../../stock/devices/device.rules.ts';
import { kitLinesJson } from '../../stock/kits/kit.queries.ts';
import { InStock } from './issue-kit.rules.ts';
import { Missing, type NewLoan } from './loan.schemas.ts';
import { isOut } from './loan.states.ts';

/** Stock of accessory `a` by place, as JSON; places that have none are left out. */
const stockJson = sql`coalesce((
  select json_agg(json_build_object('location', json_build_object('id', p.id, 'name', p.name), 'quantity', s.quantity) order by p.name)
  from accessory_stock s join location p on p.id = s.location_id where s.accessory_id = a.id and s.quantity > 0), '[]')`;

/** For the statement that reads an issue's borrower and devices: its accessories and kit, as `IssueExtras`. */
export function extrasJson({ accessories = [], stockLocationId = null, kitId = null }: Partial<ExtrasAsked>) {
  // Most loans ask for none of it, and even an empty question costs the statement.
  if (!accessories.length && !stockLocationId && !kitId)
    return sql`'{"accessories": [], "stockLocationExists": false, "kit": null}'::json`;
  const kinds = accessories.map(({ kind }) => kind.trim().toLowerCase());
  return sql`json_build_object(
    'accessories', coalesce((select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'stock', ${stockJson}) order by a.id)
      from accessory a where a.retired_at is null and lower(a.kind) = any(${kinds}::text[])), '[]'),
    'stockLocationExists', exists (select from location where id = ${stockLocationId}::uuid),
    'kit', (select json_build_object('id', k.id, 'name', k.name, 'lines', ${kitLinesJson})
      from kit k where k.id = ${kitId}::uuid and k.retired_at is null))`;
}
type ExtrasAsked = {
  accessories: NewLoan['accessories'];
  stockLocationId: string | null | undefined;
  kitId: string | null | undefined;
};

/** How many there are of accessories now, by place. */
export async function stockOf(db: Reader, ids: string[]): Promise<InStock[]> {
  return many(db, 'accessory.stock-of', InStock)`
    select a.id, a.kind, ${stockJson} as stock from accessory a where a.id = any(${ids}::uuid[])`;
}

const StillOut = {
  items: col.listOf(
    col.object({ ...Missing.properties.items.items.properties, kind: col.oneOf(deviceKinds) }),
  ),
  accessories: col.listOf(col.object({ ...Missing.properties.accessories.items.properties, id: col.text })),
};
type StillOut = RowOf<typeof StillOut>;

/** What of a loan is still out: its items and so many of each accessory. */
export async function missingOf(db: Reader, loanId: string): Promise<StillOut> {
  return one(db, 'loan.missing', StillOut)`
    select
      coalesce((select json_agg(json_build_object('id', i.id, 'deviceId', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'status', i.status) order by i.id)
        from loan_item i join device d on d.id = i.device_id where i.loan_id = ${loanId} and ${isOut('i')}), '[]') as items,
      coalesce((select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'quantity', o.quantity - o.returned - o.written_off) order by a.kind)
        from loan_accessory o join accessory a on a.id = o.accessory_id
        where o.loan_id = ${loanId} and o.returned + o.written_off < o.quantity), '[]') as accessories`;
}

/** The accessories of loan `l` with what became of them, as JSON. */
export const loanAccessoriesJson = sql`coalesce((
  select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'quantity', o.quantity, 'returned', o.returned, 'writtenOff', o.written_off) order by a.kind)
  from loan_accessory o join accessory a on a.id = o.accessory_id where o.loan_id = l.id), '[]')`;

/** The kit that loan `l` was issued with, as JSON. */
export const loanKitJson = sql`(select json_build_object('id', k.id, 'name', k.name) from kit k where k.id = l.kit_id)`;

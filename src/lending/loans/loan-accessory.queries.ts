import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import type { DeviceKind } from '../../stock/devices/device.rules.ts';
import { kitLinesJson } from '../../stock/kits/kit.queries.ts';
import type { InStock } from './issue-kit.rules.ts';
import type { Missing, NewLoan } from './loan.schemas.ts';

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
  const { rows } = await sql<InStock>`/* accessory.stock-of */
    select a.id, a.kind, ${stockJson} as stock from accessory a where a.id = any(${ids}::uuid[])`.execute(db);
  return rows;
}

type StillOut = {
  items: (Missing['items'][number] & { kind: DeviceKind })[];
  accessories: (Missing['accessories'][number] & { id: string })[];
};

/** What of a loan is still out: its items and so many of each accessory. */
export async function missingOf(db: Reader, loanId: string): Promise<StillOut> {
  const { rows } = await sql<StillOut>`/* loan.missing */
    select
      coalesce((select json_agg(json_build_object('id', i.id, 'deviceId', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'status', i.status) order by i.id)
        from loan_item i join device d on d.id = i.device_id where i.loan_id = ${loanId} and i.ended_at is null), '[]') as items,
      coalesce((select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'quantity', o.quantity - o.returned - o.written_off) order by a.kind)
        from loan_accessory o join accessory a on a.id = o.accessory_id
        where o.loan_id = ${loanId} and o.returned + o.written_off < o.quantity), '[]') as accessories`.execute(
    db,
  );
  return rows[0]!;
}

/** The accessories of loan `l` with what became of them, as JSON. */
export const loanAccessoriesJson = sql`coalesce((
  select json_agg(json_build_object('id', a.id, 'kind', a.kind, 'quantity', o.quantity, 'returned', o.returned, 'writtenOff', o.written_off) order by a.kind)
  from loan_accessory o join accessory a on a.id = o.accessory_id where o.loan_id = l.id), '[]')`;

/** The kit that loan `l` was issued with, as JSON. */
export const loanKitJson = sql`(select json_build_object('id', k.id, 'name', k.name) from kit k where k.id = l.kit_id)`;

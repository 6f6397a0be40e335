import { sql } from 'kysely';
import { patientJson } from '../../people/patient.queries.ts';
import type { Reader } from '../../shared/database.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { many } from '../../shared/statements.ts';
import { Holder, type HolderQuery } from './holder.schemas.ts';
import { itemWasLent } from './loan.states.ts';

/** Who had a device when, the latest first: one query. */
export async function listHolders(
  db: Reader,
  deviceId: string,
  query: HolderQuery,
): Promise<ListPage<Holder>> {
  const { follows, by } = byId(sql`i.id`, query);
  const rows = await many(db, 'device.holders', Holder.properties)`
    select i.id as "itemId", json_build_object('id', l.id, 'reference', l.reference) as loan,
      case when p.id is not null then ${patientJson} end as patient,
      case when b.id is not null then json_build_object('id', b.id, 'name', b.name) end as location,
      i.issued_on as "from", i.ended_on as until, i.status, i.condition_out as "conditionOut", i.condition_in as "conditionIn",
      case when c.id is not null then json_build_object('id', c.id, 'reference', c.reference, 'kind', c.kind) end as incident
    from loan_item i join loan l on l.id = i.loan_id
      left join patient p on p.id = l.patient_id left join location b on b.id = l.location_id left join incident c on c.id = i.incident_id
    where i.device_id = ${deviceId} and ${itemWasLent('i')} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.itemId]);
}

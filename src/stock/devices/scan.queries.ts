import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { readAssetTag } from '../../shared/ids.ts';
import { each, many } from '../../shared/statements.ts';
import { uuid } from '../../shared/validation.ts';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { hasOpenCheck } from './check.queries.ts';
import { mayHaveOpenChecks } from './device.states.ts';
import { unfitJson } from './fitness.queries.ts';
import { Scanned } from './scan.rules.ts';

/** Whether the data plan `s` that has not ended is active and runs on a civil date. */
export const hasActiveData = (day: string | null) =>
  sql<boolean>`(s.status is not distinct from 'active' and coalesce(s.expires_on > ${day}::date, true))`;

/**
 * What scans or typed labels name, in their order: each an asset tag, an IMEI, a serial number
 * (of several with one number the newest) or a device's id. One statement, however many.
 * @param day the civil date on which it would go out; without it a check that ran out counts only
 * once the night has seen it, and data that is over does not
 */
export async function findScanned(db: Reader, codes: string[], day?: string): Promise<Scanned[]> {
  if (!codes.length) return [];
  const typed = codes.map((code) => code.trim());
  return many(db, each('scan.find-scanned'), Scanned)`
    select c.code, case when d.id is not null then json_build_object(
      'id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model, 'status', d.status, 'condition', d.condition,
      'openChecks', case when ${mayHaveOpenChecks('d')} then open_checks(d.id, d.kind, d.cycle) else '{}' end,
      'hasOpenCheck', ${hasOpenCheck('d', day ?? null)}, 'unfit', ${unfitJson('d', day ?? null)},
      'hasDataPlan', s.id is not null, 'hasActiveData', ${hasActiveData(day ?? null)}, 'dataExpiresOn', s.expires_on,
      'heldFor', (select a.referral_id from allocation a where a.device_id = d.id and a.status = 'held'),
      'loan', (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
        from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and ${isOut('i')})) end as device
    from unnest(${typed}::text[], ${typed.map(readAssetTag)}::text[], ${typed.map((code) => (uuid.test(code) ? code : null))}::uuid[])
      with ordinality c (code, tag, id, place)
    left join lateral (
      select f.id from (
        select id, 1 as rank from device where asset_tag = c.tag
        union all select id, 2 from device where imei = c.code
        union all select id, 3 from device where upper(serial_number) = upper(c.code)
        union all select id, 4 from device where id = c.id
      ) f order by f.rank, f.id desc limit 1
    ) f on true
    left join device d on d.id = f.id
    left join data_plan s on s.device_id = d.id and ${isInUse('s')}
    order by c.place`;
}

import { findPatients } from '../people/patient.queries.ts';
import { numbersIn } from '../people/patient.rules.ts';
import type { Context } from '../shared/actor.ts';
import { codeKey, readIccid, readReferences } from '../shared/codes.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { planStatusOf } from '../stock/data-plans/data-plan.queries.ts';
import { unfitJson } from '../stock/devices/fitness.queries.ts';
import { hitsOf } from '../stock/devices/scan.queries.ts';
import { readingsOf } from '../stock/devices/scan.rules.ts';
import { Found } from './search.schemas.ts';

const most = 10;

/**
 * What typed or scanned text may mean, at most 10 of each kind: two statements. That someone
 * searched is written down; what for is not. The answer may name people, so it is never kept
 * for a repeat.
 */
export async function runSearch(deps: Deps, ctx: Context, typed: string): Promise<Found> {
  const text = typed.trim();
  const numbers = numbersIn(text, deps.config.ALLOW_TEST_PHONE_NUMBERS);
  return command(deps, { ...ctx, once: undefined }, async (work) => {
    const labelled = await findLabelled(work.trx, text, { phone: numbers.phone, day: work.today });
    const patients = await findPatients(work.trx, text, numbers, most + 1);
    const groups = { ...labelled, patients };
    const found = {
      devices: groups.devices.slice(0, most),
      loans: groups.loans,
      referrals: groups.referrals,
      incidents: groups.incidents,
      donations: groups.donations,
      stocktakes: groups.stocktakes,
      dataPlans: groups.dataPlans.slice(0, most),
      patients: patients.slice(0, most),
      more: Object.values(groups).some((group) => group.length > most),
    };
    await recordEvent(work, {
      type: 'search.run',
      subjects: callerOf(ctx),
      values: { count: countFound(found) },
    });
    return found;
  });
}

export const countFound = ({ more: _more, ...groups }: Found) =>
  Object.values(groups).reduce((total, group) => total + group.length, 0);

/** At so many letters and digits the beginning of a serial number says something. */
const leastBeginning = 4;

/**
 * Devices that a scan of the text would find, or whose serial number begins so, plans of the SIM that it is printed
 * on or whose number it is, and what has it as its reference.
 */
async function findLabelled(
  db: Reader,
  text: string,
  { phone, day }: { phone: string | null; day: string },
): Promise<Omit<Found, 'patients' | 'more'>> {
  const references = readReferences(text);
  const readings = readingsOf(text).map((reading) => ({ ...reading, place: 0 }));
  const key = codeKey(text);
  const beginning = key.length < leastBeginning ? null : key;
  return one(
    db,
    'search.labelled',
    col.pick(
      Found.properties,
      'devices',
      'loans',
      'referrals',
      'incidents',
      'donations',
      'stocktakes',
      'dataPlans',
    ),
  )`
    with ${hitsOf(readings)},
    begun as (
      select id from device where code_key(serial_number) collate "C" >= ${beginning} and code_key(serial_number) collate "C" < ${`${beginning}\u{10ffff}`}
      order by code_key(serial_number) collate "C" limit ${most + 1}
    ),
    named as (select id, min(rank) as rank from (select id, rank from hit union all select id, 3 from begun) n group by id order by 2, 1 desc limit ${most + 1})
    select
      coalesce((select json_agg(json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model,
          'status', d.status, 'unfit', ${unfitJson('d', day)}) order by n.rank, d.id desc)
        from named n join device d on d.id = n.id), '[]') as devices,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status, 'dueOn', due_on))
        from loan where reference = any(${references}::text[])), '[]') as loans,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status))
        from referral where reference = any(${references}::text[])
          or id in (select referral_id from referral_repeat where reference = any(${references}::text[]))), '[]') as referrals,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status))
        from incident where reference = any(${references}::text[])), '[]') as incidents,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'receivedOn', received_on))
        from donation where reference = any(${references}::text[])), '[]') as donations,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', case when closed_at is null then 'open' else 'closed' end))
        from stocktake where reference = any(${references}::text[])), '[]') as stocktakes,
      coalesce((select json_agg(json_build_object('id', s.id, 'iccid', s.iccid, 'network', s.network, 'status', ${planStatusOf})
          order by s.status = 'ended', s.id desc)
        from (select * from data_plan where iccid = ${readIccid(text)} or msisdn = ${phone}
          order by status = 'ended', id desc limit ${most + 1}) s), '[]') as "dataPlans"`;
}

import { findPatients } from '../people/patient.queries.ts';
import { numbersIn } from '../people/patient.rules.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Reader } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { callerOf, recordEvent } from '../shared/events.ts';
import { readAssetTag, readCode } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { one } from '../shared/statements.ts';
import { planStatusOf } from '../stock/data-plans/data-plan.queries.ts';
import { readIccid } from '../stock/data-plans/data-plan.rules.ts';
import { unfitJson } from '../stock/devices/fitness.queries.ts';
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
    const labelled = await findLabelled(work.trx, text, work.today);
    const patients = await findPatients(work.trx, text, numbers, most + 1);
    const groups = { ...labelled, patients };
    const found = {
      devices: groups.devices.slice(0, most),
      loans: groups.loans,
      referrals: groups.referrals,
      incidents: groups.incidents,
      donations: groups.donations,
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

/** Devices whose tag, IMEI or serial number the text is, plans of the SIM that it is printed on, and what has it as its reference. */
async function findLabelled(
  db: Reader,
  text: string,
  day: string,
): Promise<Pick<Found, 'devices' | 'loans' | 'referrals' | 'incidents' | 'donations' | 'dataPlans'>> {
  const [, letter, code] = /^([LRDI])-?(.{6})$/i.exec(text) ?? [];
  const read = code ? readCode(code) : null;
  const reference = read && `${letter!.toUpperCase()}-${read}`;
  return one(
    db,
    'search.labelled',
    col.pick(Found.properties, 'devices', 'loans', 'referrals', 'incidents', 'donations', 'dataPlans'),
  )`
    select
      coalesce((select json_agg(json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model,
          'status', d.status, 'unfit', ${unfitJson('d', day)}) order by d.id desc)
        from (
          select * from device where asset_tag = ${readAssetTag(text)} or imei = ${text} or upper(serial_number) = upper(${text})
          order by id desc limit ${most + 1}
        ) d), '[]') as devices,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status, 'dueOn', due_on))
        from loan where reference = ${reference}), '[]') as loans,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status))
        from referral where reference = ${reference}
          or id = (select referral_id from referral_repeat where reference = ${reference})), '[]') as referrals,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'status', status))
        from incident where reference = ${reference}), '[]') as incidents,
      coalesce((select json_agg(json_build_object('id', id, 'reference', reference, 'receivedOn', received_on))
        from donation where reference = ${reference}), '[]') as donations,
      coalesce((select json_agg(json_build_object('id', s.id, 'iccid', s.iccid, 'network', s.network, 'status', ${planStatusOf})
          order by s.status = 'ended', s.id desc)
        from (select * from data_plan where iccid = ${readIccid(text)} order by status = 'ended', id desc limit ${most + 1}) s), '[]') as "dataPlans"`;
}

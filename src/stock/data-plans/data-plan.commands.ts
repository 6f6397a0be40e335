import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { luhn } from '../../shared/codes.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { readPhoneNumber } from '../../shared/phone.ts';
import { Problem } from '../../shared/problem.ts';
import { kept } from '../../shared/reading.ts';
import { col } from '../../shared/rows.ts';
import { maybe } from '../../shared/statements.ts';
import type { DeviceStatus } from '../devices/device.rules.ts';
import {
  activationErrors,
  assertTakesSim,
  expiryOf,
  type PlanTerms,
  readIccidOf,
  termsErrors,
} from './data-plan.rules.ts';
import type { DataPlanFitted, NewDataPlan } from './data-plan.schemas.ts';
import { isInUse } from './data-plan.states.ts';

/**
 * Records a SIM with its plan, which lies in the drawer until it is fitted.
 * @throws Problem `invalid`, `data-plan-in-use`
 */
export function recordDataPlan(deps: Deps, ctx: Context, input: NewDataPlan): Promise<DataPlanFitted> {
  return addDataPlan(deps, ctx, null, input);
}

/**
 * Records a SIM with its plan and fits it to a device.
 * @throws Problem `not-found`, `invalid`, `data-plan-in-use`, `device-move-refused` when the device has left the stock
 */
export function fitDataPlan(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: NewDataPlan,
): Promise<DataPlanFitted> {
  return addDataPlan(deps, ctx, deviceId, input);
}

/** An ICCID whose check digit fails is taken with a warning, since some suppliers leave it off. */
async function addDataPlan(
  deps: Deps,
  ctx: Context,
  deviceId: string | null,
  input: NewDataPlan,
): Promise<DataPlanFitted> {
  const { activatedOn } = input;
  const errors = [...termsErrors(input), ...activationErrors(activatedOn, today(deps.clock))];
  const iccid = kept('/iccid', errors, input.iccid, readIccidOf) ?? '';
  const msisdn = kept('/msisdn', errors, input.msisdn, (text) =>
    readPhoneNumber(text, deps.config.ALLOW_TEST_PHONE_NUMBERS, 'sim'),
  );
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (work) => {
    const terms = await termsOf(work.trx, input);
    const device = deviceId ? await lockDevice(work.trx, deviceId) : null;
    if (device) assertTakesSim(device);
    const id = newId();
    const expiresOn = activatedOn ? expiryOf(activatedOn, terms.durationMonths) : null;
    const { at } = work;
    const found = await maybe(work.trx, 'data-plan.insert', {})`
      insert into data_plan (id, device_id, offer_id, network, iccid, msisdn, gb_per_month, duration_months, activated_on, expires_on,
        created_at, changed_at)
      values (${id}, ${deviceId}, ${input.offerId ?? null}, ${terms.network}, ${iccid}, ${msisdn ?? null}, ${terms.gbPerMonth},
        ${terms.durationMonths}, ${activatedOn ?? null}, ${expiresOn}, ${at}, ${at})
      on conflict do nothing returning 1`;
    if (!found) throw await inUse(work.trx, iccid, deviceId);
    await recordEvent(work, {
      type: device ? 'data_plan.fitted' : 'data_plan.recorded',
      subjects: [['data_plan', id], ...(deviceId ? ([['device', deviceId]] as ['device', string][]) : [])],
      values: { network: terms.network, expiresOn, ...(device && { assetTag: device.assetTag }) },
      fields: ['iccid', ...(msisdn ? ['msisdn'] : [])],
    });
    const warnings = luhn(iccid)
      ? []
      : ['The last digit of the ICCID does not fit the others. Compare it with the card.'];
    return { id, expiresOn, warnings };
  });
}

async function termsOf(trx: Trx, input: NewDataPlan): Promise<PlanTerms> {
  const { offerId, network, gbPerMonth = null, durationMonths } = input;
  if (!offerId) return { network: network!.trim(), gbPerMonth, durationMonths: durationMonths! };
  const row = await maybe(
    trx,
    'data-offer.get',
    trx
      .selectFrom('data_offer')
      .select(['network', 'gb_per_month as gbPerMonth', 'duration_months as durationMonths'])
      .where('id', '=', offerId)
      .where('retired_at', 'is', null),
  );
  if (!row)
    throw new Problem('invalid', {
      errors: [{ pointer: '/offerId', message: 'This is not offered. Choose another one.' }],
    });
  return row;
}

async function lockDevice(trx: Trx, id: string): Promise<{ assetTag: string; status: DeviceStatus }> {
  const row = await maybe(
    trx,
    'data-plan.lock-device',
    trx
      .selectFrom('device')
      .select(['asset_tag as assetTag', 'status'])
      .where('id', '=', id)
      .forNoKeyUpdate(),
  );
  if (!row) throw new Problem('not-found');
  return row;
}

/** Which plan is in the way: of the same SIM, or already in the device. A later statement than the one that lost to it. */
export async function inUse(trx: Trx, iccid: string | null, deviceId: string | null): Promise<Problem> {
  const found = await maybe(trx, 'data-plan.in-use', {
    id: col.text,
    isSameSim: col.boolean,
    deviceId: col.orNull(col.text),
    assetTag: col.orNull(col.text),
  })`
    select s.id, coalesce(s.iccid = ${iccid}, false) as "isSameSim", d.id as "deviceId", d.asset_tag as "assetTag"
    from data_plan s left join device d on d.id = s.device_id
    where ${isInUse('s')} and (s.iccid = ${iccid} or s.device_id = ${deviceId}::uuid)
    order by s.iccid = ${iccid} desc limit 1`;
  if (!found) return new Problem('data-plan-in-use', { detail: 'It has just changed. Try again.' });
  const { id: dataPlanId, isSameSim, assetTag } = found;
  const detail = isSameSim
    ? assetTag
      ? `This SIM is in ${assetTag}. Move its plan from there, or end it first.`
      : 'This SIM is recorded already and lies in the drawer. Fit it from there.'
    : `A SIM is in ${assetTag} already. Take it out or end its plan first.`;
  return new Problem('data-plan-in-use', {
    detail,
    dataPlanId,
    ...(found.deviceId && { deviceId: found.deviceId, assetTag }),
  });
}

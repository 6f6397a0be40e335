import { sql } from 'kysely';
import { type DeviceStatus, luhn, statusWords } from '../devices/device.rules.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { phoneNumber } from '../shared/phone.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { expiryOf } from './data-plan.rules.ts';
import type { DataPlanFitted, NewDataPlan } from './data-plan.schemas.ts';

/**
 * Fits a SIM with its plan to a device. An ICCID whose check digit fails is taken with a warning,
 * since some suppliers leave it off.
 * @throws Problem `not-found`, `invalid`, `data-plan-in-use`, `device-move-refused` when the device has left the stock
 */
export async function fitDataPlan(
  deps: Deps,
  ctx: Context,
  deviceId: string,
  input: NewDataPlan,
): Promise<DataPlanFitted> {
  const msisdn =
    input.msisdn === undefined ? null : phoneNumber(input.msisdn, deps.config.ALLOW_TEST_PHONE_NUMBERS);
  if (input.msisdn && !msisdn)
    throw invalid({ pointer: '/msisdn', message: 'Give a real phone number, like 07700 900123.' });
  const expiresOn = input.activatedOn ? expiryOf(input.activatedOn, input.durationMonths) : null;
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{
      status: DeviceStatus;
    }>`select status from device where id = ${deviceId} for update`.execute(trx);
    if (!rows[0]) throw new Problem('not-found');
    const { status } = rows[0];
    if (['lost', 'gifted', 'retired'].includes(status)) {
      throw new Problem('device-move-refused', {
        detail: `The device is ${statusWords[status]}; a data plan cannot be fitted.`,
      });
    }
    const id = newId();
    await trx
      .insertInto('data_plan')
      .values({
        id,
        device_id: deviceId,
        network: input.network,
        iccid: input.iccid,
        msisdn,
        gb_per_month: input.gbPerMonth,
        duration_months: input.durationMonths,
        activated_on: input.activatedOn ?? null,
        expires_on: expiresOn,
        created_at: timestamp(deps.clock),
      })
      .execute();
    await recordEvent(trx, deps, ctx, {
      type: 'data_plan.fitted',
      subjects: [
        ['data_plan', id],
        ['device', deviceId],
      ],
      values: { network: input.network, expiresOn },
      fields: ['iccid', ...(msisdn ? ['msisdn'] : [])],
    });
    const warnings = luhn(input.iccid)
      ? []
      : ['The last digit of the ICCID does not fit the others. Compare it with the card.'];
    return { id, expiresOn, warnings };
  });
}

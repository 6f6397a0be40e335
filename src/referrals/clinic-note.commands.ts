import { sql } from 'kysely';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { newId } from '../shared/ids.ts';
import { missedInARow } from '../support/outcome.commands.ts';
import { sharesBack } from './clinic-view.queries.ts';
import type { ClinicNoteKind } from './progress.rules.ts';

/** Tells the clinic when a second contact in a row was missed. */
export const tellOfMissedContacts: Follower = async (trx, deps, ctx, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const [patientId] = idsOf([event], 'patient');
    const wasMissed = 'result' in event.values && event.values.result === 'missed';
    if (wasMissed && referralId && patientId && (await missedInARow(trx, patientId)) === 2)
      await tellClinicOf(trx, deps, ctx, referralId, 'missed_twice');
  }
};

/**
 * Tells the clinic something about its referral, which it reads there and hears of by its webhooks: only
 * while the referral goes on, and where the patient agreed to sharing back. The caller holds the referral's lock.
 * @returns whether it was told
 */
async function tellClinicOf(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  referralId: string,
  kind: ClinicNoteKind,
): Promise<boolean> {
  const at = timestamp(deps.clock);
  const { rows } = await sql<{ patientId: string }>`/* clinic-note.write */
    with r as (
      update referral r set changed_at = ${at} where id = ${referralId} and ${sharesBack} and status in ('waiting', 'active')
      returning id, patient_id
    ), n as (
      insert into clinic_note (id, referral_id, kind, at) select ${newId()}, id, ${kind}, ${at} from r
    )
    select patient_id as "patientId" from r`.execute(trx);
  if (!rows[0]) return false;
  await recordEvent(trx, deps, ctx, {
    type: 'referral.clinic_told',
    subjects: [
      ['referral', referralId],
      ['patient', rows[0].patientId],
    ],
    values: { kind },
  });
  return true;
}

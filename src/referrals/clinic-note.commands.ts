import { recordEvent } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { maybe } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { missedInARow } from '../support/outcome.commands.ts';
import { sharesBack } from './clinic-view.queries.ts';
import type { ClinicNoteKind } from './progress.rules.ts';
import { isAccepted } from './referral.states.ts';

/** Tells the clinic when a second contact in a row was missed. */
export const tellOfMissedContacts: Follower = async (work, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const [patientId] = idsOf([event], 'patient');
    const wasMissed = 'result' in event.values && event.values.result === 'missed';
    if (wasMissed && referralId && patientId && (await missedInARow(work.trx, patientId)) === 2)
      await tellClinicOf(work, referralId, 'missed_twice');
  }
};

/**
 * Tells the clinic something about its referral, which it reads there and hears of by its webhooks: only
 * while the referral goes on, and where the patient agreed to sharing back. The caller holds the referral's lock.
 * @returns whether it was told
 */
async function tellClinicOf(work: Work, referralId: string, kind: ClinicNoteKind): Promise<boolean> {
  const { at } = work;
  const row = await maybe(work.trx, 'clinic-note.write', { patientId: col.text })`
    with r as (
      update referral r set changed_at = ${at} where id = ${referralId} and ${sharesBack} and ${isAccepted('r')}
      returning id, patient_id
    ), n as (
      insert into clinic_note (id, referral_id, kind, at) select ${newId()}, id, ${kind}, ${at} from r
    )
    select patient_id as "patientId" from r`;
  if (!row) return false;
  await recordEvent(work, {
    type: 'referral.clinic_told',
    subjects: [
      ['referral', referralId],
      ['patient', row.patientId],
    ],
    values: { kind },
  });
  return true;
}

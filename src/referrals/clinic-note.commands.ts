import { type RawBuilder, sql } from 'kysely';
import { recordEvent } from '../shared/events.ts';
import { type Follower, idsOf } from '../shared/follow-on.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many, maybe } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { isPast, outcomeCounts } from '../support/follow-up.states.ts';
import { missedInARow } from '../support/outcome.commands.ts';
import { sharesBack } from './clinic-view.queries.ts';
import type { ClinicNoteKind } from './progress.rules.ts';
import { isAccepted } from './referral.states.ts';

/** Tells the clinic when a second contact in a row was missed, while the referral goes on. */
export const tellOfMissedContacts: Follower = async (work, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const [patientId] = idsOf([event], 'patient');
    const [followUpId] = idsOf([event], 'follow_up');
    const wasMissed = 'result' in event.values && event.values.result === 'missed';
    if (wasMissed && referralId && patientId && (await missedInARow(work.trx, patientId)) === 2)
      await writeNote(work, {
        referralId,
        kind: 'missed_twice',
        which: isAccepted('r'),
        outcomeOf: followUpId,
      });
  }
};

/**
 * Puts right what the clinic was told of missed contacts, where an outcome that is taken back leaves them no two in a
 * row: what it has not read is not there any more, and otherwise it is told that it was a mistake.
 */
export const correctMissedContacts: Follower = async (work, events) => {
  for (const event of events) {
    const [referralId] = idsOf([event], 'referral');
    const wasMissed = 'result' in event.values && event.values.result === 'missed';
    if (!wasMissed || !referralId) continue;
    const notes = await many(work.trx, 'clinic-note.take-back', { isHidden: col.boolean })`
      with contact as (
        select f.id, f.status, lag(f.status) over w as before, lead(f.status) over w as after from follow_up f
        where f.patient_id = (select patient_id from referral where id = ${referralId}) and ${isPast('f')}
        window w as (order by f.due_on, f.starts_at, f.id)
      )
      update clinic_note n set taken_back_at = ${work.at}, is_hidden = not exists (
        select from access_log a join referral r on r.id = n.referral_id
        where a.patient_id in (select p.id from patient p where p.id = r.patient_id or p.merged_into = r.patient_id)
          and a.actor_type = 'client' and a.what = 'referral' and a.at >= n.at)
      where n.referral_id = ${referralId} and n.kind = 'missed_twice' and n.taken_back_at is null and n.outcome_id is not null
        and not exists (
          select from follow_up_outcome o join contact c on c.id = o.follow_up_id
          where o.id = n.outcome_id and ${outcomeCounts('o')} and c.status = 'missed' and 'missed' in (c.before, c.after))
      returning n.is_hidden as "isHidden"`;
    if (notes.some(({ isHidden }) => !isHidden))
      await writeNote(work, { referralId, kind: 'missed_by_mistake', which: sql`true` });
  }
};

type Note = {
  referralId: string;
  kind: ClinicNoteKind;
  which: RawBuilder<unknown>;
  outcomeOf?: string | undefined;
};

/**
 * Tells the clinic something about its referral, which it reads there and hears of by its webhooks, where the patient
 * agreed to sharing back and a condition on the referral `r` holds. The caller holds the referral's lock.
 * @param note `outcomeOf`: the follow-up whose outcome it tells of
 */
async function writeNote(work: Work, { referralId, kind, which, outcomeOf }: Note): Promise<void> {
  const { at } = work;
  const row = await maybe(work.trx, 'clinic-note.write', { patientId: col.text })`
    with r as (
      update referral r set changed_at = ${at} where id = ${referralId} and ${sharesBack} and ${which}
      returning id, patient_id
    ), n as (
      insert into clinic_note (id, referral_id, kind, outcome_id, at) select ${newId()}, id, ${kind},
        (select o.id from follow_up_outcome o where o.follow_up_id = ${outcomeOf ?? null}::uuid and ${outcomeCounts('o')}), ${at} from r
    )
    select patient_id as "patientId" from r`;
  if (!row) return;
  await recordEvent(work, {
    type: 'referral.clinic_told',
    subjects: [
      ['referral', referralId],
      ['patient', row.patientId],
    ],
    values: { kind },
  });
}

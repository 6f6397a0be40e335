import { sql } from 'kysely';
import type { Actor } from '../shared/actor.ts';
import { eventsInAnyCase, overStatuses } from './clinic-view.rules.ts';

// What a clinic sees of the referral `r`, in SQL: lists, webhooks and links read it here; what is left out of one
// referral beside these is in clinic-view.rules.ts.

type Reads = Pick<Actor, 'role'>;
/** A clinic's system, whichever key or link it comes by. */
export const aClinic: Reads = { role: 'clinic' };

/** That the patient agreed that the clinic is told how it goes. */
export const sharesBack = sql`r.share_back_with_clinic`;

/** That this actor may hear how it goes: staff always, the clinic by the patient's agreement. */
export const hearsAll = (actor: Reads) => (actor.role === 'clinic' ? sharesBack : sql`true`);

/** The status. Without agreement a clinic sees whether it is over, and its own withdrawal as such. */
export const statusFor = (actor?: Reads) =>
  actor?.role === 'clinic'
    ? sql`(case when ${sharesBack} or r.status = 'withdrawn' and r.withdrawn_by_clinic then r.status
        when r.status = any(${[...overStatuses]}::text[]) then 'closed' else 'received' end)`
    : sql`r.status`;

/** That the event `e` changes what a clinic sees in any case. Acceptance takes back a question that was open, and a referral that was sent again may add to what a visitor must know. */
export const isHeardInAnyCase = sql`(e.type = any(${eventsInAnyCase}::text[])
  or e.type = 'referral.accepted' and e."values"->>'from' = 'asked'
  or e.type = 'referral.reconsidered' and e."values"->>'to' = 'asked'
  or e.type = 'referral.sent_again' and 'visitRisks' = any(e.fields))`;

/** When it last changed, as far as it is seen. */
export const changedAtFor = (actor?: Reads) =>
  actor?.role === 'clinic'
    ? sql`(case when ${sharesBack} then r.changed_at else coalesce((
        select max(e.at) from event_subject s join event e on e.id = s.event_id where s.subject_id = r.id and ${isHeardInAnyCase}), r.received_at) end)`
    : sql`r.changed_at`;

/** Its needs with what became of them. Without agreement a clinic sees what it asked for. */
export const needsFor = (actor?: Reads) => {
  const whole = actor?.role === 'clinic' ? sharesBack : sql`true`;
  return sql`(select json_agg(json_build_object('need', n.need, 'status', case when ${whole} then n.status else 'open' end,
    'reason', case when ${whole} then n.reason end) order by array_position(array['device','data','support'], n.need))
    from referral_need n where n.referral_id = r.id and (${whole} or n.asked))`;
};

/** The person as the clinic itself wrote them: what others wrote of the same person, and that two records were merged since, is not a clinic's to see. */
export const asWritten = sql`json_build_object(
  'id', coalesce((select m.merged_id from patient_merge m where m.survivor_id = r.patient_id and m.parted_at is null and m.moved->'referral' ? r.id::text), r.patient_id),
  'givenName', r.given_name, 'familyName', r.family_name, 'preferredName', r.preferred_name, 'dateOfBirth', r.date_of_birth, 'nhsNumber', r.nhs_number)`;

import { type Kysely, sql } from 'kysely';

/**
 * Family and staff tell of an end of contact as well, and a referral that ended with it says who did. What was
 * written in someone's name is put right: who told is on the record of the person, and nobody agreed to a need
 * being dropped.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table referral drop constraint referral_withdrawal_said_by_check,
      add constraint referral_withdrawal_said_by_check check (withdrawal_said_by in ('patient', 'clinic', 'family', 'staff'));
    update referral r set withdrawal_said_by = coalesce((
        select c.source from contact_state_change c where c.patient_id = r.patient_id
          and c.state = case r.withdrawal_reason when 'The patient has died.' then 'deceased' else 'withdrawn' end
        order by c.id desc limit 1), r.withdrawal_said_by),
      withdrawal_reason = case r.withdrawal_reason when 'The patient has died.' then r.withdrawal_reason else 'There is to be no more contact.' end
    where r.withdrawal_reason in ('The patient has died.', 'The patient asked for no more contact.');
    update referral_need set reason = 'It was left out when the referral was accepted. No reason was written down.'
    where reason = 'Not needed, as agreed with them';
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** What a clinic wrote itself of a person and what it asked for, kept apart from what the office makes of it; and what the patient says of telling it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table referral add column family_name text, add column date_of_birth date,
      add column withdrawn_by_clinic boolean not null default false;
    -- The record that the referral was of when it came, and of that the first value from before a change since; without one, the value of now.
    with came as (
      select r.id, r.received_at, coalesce(m.merged_id, r.patient_id) as patient_id
      from referral r left join patient_merge m on m.survivor_id = r.patient_id and m.parted_at is null and m.moved->'referral' ? r.id::text
    )
    update referral r set
      family_name = coalesce((select h.before->>'familyName' from patient_history h
        where h.patient_id = p.id and h.at >= c.received_at and h.before ? 'familyName' order by h.at, h.id limit 1), p.family_name),
      date_of_birth = case when changed.id is null then p.date_of_birth else (changed.before->>'dateOfBirth')::date end
    from came c join patient p on p.id = c.patient_id
      left join lateral (select h.id, h.before from patient_history h
        where h.patient_id = p.id and h.at >= c.received_at and h.before ? 'dateOfBirth' order by h.at, h.id limit 1) changed on true
    where r.id = c.id;
    update referral r set withdrawn_by_clinic = true
    from event_subject s join event e on e.id = s.event_id join api_client c on c.id = e.actor_id and c.role = 'clinic'
    where s.subject_id = r.id and e.type = 'referral.withdrawn' and r.status = 'withdrawn';
    alter table referral alter column family_name set not null;
    comment on column referral.given_name is 'As the clinic wrote it, with family_name, preferred_name, date_of_birth and nhs_number: all that the clinic is shown of a person whom others may know by another name.';
    comment on column referral.withdrawn_by_clinic is 'By its own key, and not by someone who wrote down that it said so.';

    alter table referral_need add column asked boolean not null default true;
    update referral_need n set asked = false
    from event_subject s join event e on e.id = s.event_id
    where s.subject_id = n.referral_id and e.type = 'referral.received' and not e."values"->'needs' ? n.need;
    comment on column referral_need.asked is 'The clinic asked for it; the others the office added.';

    create table referral_consent (
      id uuid primary key,
      referral_id uuid not null references referral,
      share_back_with_clinic boolean not null,
      source text not null check (source in ('patient', 'clinic', 'family', 'staff')),
      said_on date not null,
      recorded_by text not null,
      recorded_at timestamptz not null
    );
    create index referral_consent_referral on referral_consent (referral_id, id);
    comment on table referral_consent is 'What was said since about telling the clinic; what it wrote itself and what holds now are columns of the referral.';
    create trigger referral_consent_kept before update on referral_consent for each row execute function refuse_change();
  `.execute(db);
}

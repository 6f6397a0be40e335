import { type Kysely, sql } from 'kysely';

/** What a later referral says otherwise of a person, one row for each thing that an officer decides. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table proposal (
      id uuid primary key,
      referral_id uuid not null references referral,
      item text not null check (item in
        ('contact_point', 'wording', 'contact_choice', 'preferred_name', 'address', 'communication', 'trusted_person')),
      said jsonb not null,
      decision text check (decision in ('accept', 'reject')),
      decided_at timestamptz,
      decided_by text,
      check ((decision is null) = (decided_at is null))
    );
    create index proposal_referral on proposal (referral_id, id);
    comment on column proposal.said is 'Personal: what was said, in the shape of the API. Goes when the person is erased.';

    insert into proposal (id, referral_id, item, said)
      select new_id(), r.id, 'contact_point', point
      from referral r, jsonb_array_elements(r.contact_proposal -> 'contactPoints') point
      where not exists (select from contact_point c where c.patient_id = r.patient_id and c.channel = point ->> 'channel'
        and lower(c.value) = lower(point ->> 'value') and c.safe = (point ->> 'safe')::boolean);
    insert into proposal (id, referral_id, item, said)
      select new_id(), r.id, 'wording', r.contact_proposal -> 'wording' from referral r join patient p on p.id = r.patient_id
      where r.contact_proposal ->> 'wording' <> p.wording;
    insert into proposal (id, referral_id, item, said)
      select new_id(), r.id, 'contact_choice', r.contact_proposal -> 'contactChoice' from referral r join patient p on p.id = r.patient_id
      where r.contact_proposal ->> 'contactChoice' <> p.contact_choice;
    alter table referral drop column contact_proposal;
  `.execute(db);
}

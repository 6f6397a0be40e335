import { type Kysely, sql } from 'kysely';

/**
 * An outcome of a follow-up that was recorded by mistake is taken back: it stays, counts nowhere, and another may be
 * recorded. Each outcome knows how its follow-up stood before it, and each word to a clinic of which outcome it was.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table follow_up_outcome
      add column id uuid,
      add column recorded_by uuid,
      add column was_status text,
      add column was_due_on date,
      add column was_why text,
      add column concern_taken_back boolean not null default false,
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add column taken_back_reason text;

    update follow_up_outcome o
    set id = new_id(), recorded_by = e.actor_id, was_status = case when e."values"->>'from' = 'confirmed' then 'confirmed' else 'planned' end,
      was_due_on = coalesce((e."values"->>'plannedOn')::date, f.due_on)
    from follow_up f left join lateral (
      select e.actor_id, e."values" from event_subject s join event e on e.id = s.event_id
      where s.subject_id = f.id and e.type = 'follow_up.outcome_recorded' order by e.id desc limit 1) e on true
    where f.id = o.follow_up_id;

    alter table follow_up_outcome
      drop constraint follow_up_outcome_pkey,
      add constraint follow_up_outcome_pkey primary key (id),
      alter column was_status set not null,
      alter column was_due_on set not null,
      add constraint follow_up_outcome_was_status_check check (was_status in ('planned', 'confirmed')),
      add constraint follow_up_outcome_was_why_check check (was_why in ('they_asked', 'we_cannot', 'closed', 'ended')),
      add constraint follow_up_outcome_taken_back_says_why check (
        (taken_back_at is null) = (taken_back_reason is null) and (taken_back_at is null) = (taken_back_by is null)),
      add constraint follow_up_outcome_concern_goes_with_it check (not concern_taken_back or (concern and taken_back_at is not null));
    create unique index follow_up_outcome_standing on follow_up_outcome (follow_up_id) where taken_back_at is null;
    create index follow_up_outcome_follow_up on follow_up_outcome (follow_up_id);

    comment on column follow_up_outcome.recorded_by is 'The member of staff or the client who recorded it.';
    comment on column follow_up_outcome.was_status is 'How its follow-up stood before it.';
    comment on column follow_up_outcome.was_due_on is 'The day for which its follow-up stood before it.';
    comment on column follow_up_outcome.was_why is 'Why its follow-up had last been moved before it.';
    comment on column follow_up_outcome.concern_taken_back is 'The concern was raised by mistake too. Without that it stands, also once the outcome does not.';
    comment on column follow_up_outcome.taken_back_at is
      'When it was taken back as recorded by mistake; from then on it is no outcome of the follow-up.';
    comment on column follow_up_outcome.taken_back_by is 'Who of the staff took it back, by name.';

    alter table clinic_note
      drop constraint clinic_note_kind_check,
      add constraint clinic_note_kind_check check (kind in ('missed_twice', 'missed_by_mistake')),
      add column outcome_id uuid references follow_up_outcome,
      add column taken_back_at timestamptz,
      add column is_hidden boolean not null default false;
    comment on column clinic_note.outcome_id is 'The outcome with which the clinic was told.';
    comment on column clinic_note.taken_back_at is 'When it turned out to be recorded by mistake.';
    comment on column clinic_note.is_hidden is 'It was taken back before the clinic had seen it.';
    update clinic_note n set outcome_id = (
      select o.id from follow_up f join follow_up_outcome o on o.follow_up_id = f.id
      where f.referral_id = n.referral_id and o.result = 'missed' and o.recorded_at <= n.at order by o.recorded_at desc limit 1);
  `.execute(db);
}

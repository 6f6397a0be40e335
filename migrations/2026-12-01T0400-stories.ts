import { type Kysely, sql } from 'kysely';

/** Stories that people tell of what followed, each with the consent to the words that it has. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table story (
      id uuid primary key,
      patient_id uuid references patient,
      follow_up_id uuid references follow_up,
      drop_in_id uuid references drop_in,
      telling text not null check (telling in ('own_words', 'retold')),
      words text,
      version int not null default 1 check (version > 0),
      finds text[] not null default '{}',
      followed text not null check (followed in ('saw_gp', 'work_or_course', 'in_touch', 'money_or_benefits', 'video_appointments', 'other')),
      told_on date not null,
      written_by text not null,
      created_at timestamptz not null,
      changed_at timestamptz not null,
      retired_at timestamptz,
      constraint story_is_of_someone check (patient_id is not null or drop_in_id is not null),
      constraint story_at_one_contact check (num_nonnulls(follow_up_id, drop_in_id) <= 1),
      constraint story_has_words check ((words is null) = (retired_at is not null) and words ~ '\\S')
    );
    comment on table story is 'What someone told of what followed. It appears only while a consent to the words that it has stands.';
    comment on column story.patient_id is 'Null for someone who told it at a drop-in and is not known by name.';
    comment on column story.words is 'Null once it was taken out for good.';
    comment on column story.version is 'One more with each change of the words. The words before are not kept.';
    comment on column story.finds is 'What the words seem to give away, by kinds, as they were looked through when they were written.';
    create index story_patient on story (patient_id, id) where patient_id is not null;
    create index story_follow_up on story (follow_up_id) where follow_up_id is not null;
    create index story_drop_in on story (drop_in_id) where drop_in_id is not null;
    create trigger story_of_who_stayed before insert on story for each row execute function follow_the_merge();

    create table story_consent (
      id uuid primary key,
      story_id uuid not null references story on delete cascade,
      version int not null check (version > 0),
      purposes text[] not null check (cardinality(purposes) > 0 and purposes <@ array['inside', 'papers', 'public']),
      told_name text check (told_name ~ '\\S'),
      not_their_name boolean not null default false,
      given_on date not null,
      way text not null check (way in ('in_words', 'on_paper')),
      until date,
      recorded_by text not null,
      created_at timestamptz not null,
      ended_at timestamptz,
      ended_by text,
      ended_why text check (ended_why in ('withdrawn', 'words_changed', 'given_anew', 'retired')),
      constraint story_consent_ended_says_why check (
        (ended_at is null) = (ended_why is null) and (ended_at is null) = (ended_by is null)),
      constraint story_consent_until_after check (until >= given_on)
    );
    comment on table story_consent is 'For what someone let a story be told. It is for the words of one version, and no others.';
    comment on column story_consent.told_name is 'The first name that it is told with, as they wish it. Null: without a name.';
    comment on column story_consent.not_their_name is 'Whether whoever recorded it said that what the words seem to say of a name of theirs is none.';
    comment on column story_consent.until is 'The last day on which it stands. Null: until it is withdrawn.';
    create unique index story_consent_one on story_consent (story_id) where ended_at is null;
    create index story_consent_story on story_consent (story_id, id);

    alter table story enable row level security;
    create policy everything on story to lendwell_app using (true);
    grant select on story to lendwell_supporter;
    create policy supporters_own on story for select to lendwell_supporter using (
      case when patient_id is null then exists (select from drop_in d where d.id = drop_in_id) else supports(patient_id) end);
    alter table story_consent enable row level security;
    create policy everything on story_consent to lendwell_app using (true);
    grant select on story_consent to lendwell_supporter;
    create policy supporters_own on story_consent for select to lendwell_supporter
      using (exists (select from story s where s.id = story_id));
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** Guides in languages and formats, version by version; signposts with an address and people's own words; and what of both was given to whom. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table guide (
      id uuid primary key,
      number int not null generated always as identity unique,
      name text not null,
      topic text not null,
      made_by text,
      made_with text,
      review_on date,
      retired_at timestamptz,
      changed_at timestamptz not null
    );
    comment on table guide is 'A short guide for people who are supported. What it says is in guide_version, by language and format.';
    comment on column guide.number is 'Stands in the address at which people read it, which tells nobody anything.';
    comment on column guide.made_with is 'With whom it was made: people who use it, and how.';
    comment on column guide.review_on is 'When staff are asked to look at it again.';
    create unique index guide_name on guide (lower(name)) where retired_at is null;

    create table guide_version (
      guide_id uuid not null references guide,
      language text not null check (language ~ '^[a-z]{2,3}$'),
      format text not null check (format in ('standard', 'large_print', 'easy_read', 'audio', 'bsl')),
      version int not null check (version > 0),
      title text not null check (title ~ '\\S'),
      body text not null check (body ~ '\\S'),
      created_at timestamptz not null,
      created_by text not null,
      primary key (guide_id, language, format, version)
    );
    comment on table guide_version is 'A guide as somebody saved it, in a language and a format: the newest version of each is what people read.';
    create trigger guide_version_stays before update or delete on guide_version for each row execute function refuse_change();
    create trigger guide_version_no_truncate before truncate on guide_version for each statement execute function refuse_change();
    revoke update, delete on guide_version from lendwell_app;

    alter table signpost
      add column number int not null generated always as identity unique,
      add column url text check (url ~ '^https://'),
      add column person_words text,
      add column topic text;
    comment on column signpost.details is 'The scheme’s words for it: what it offers and how to reach it.';
    comment on column signpost.person_words is 'What people who use it say of it, in their words.';

    create table handout (
      id uuid primary key,
      patient_id uuid not null references patient,
      follow_up_id uuid references follow_up,
      drop_in_person_id uuid references drop_in_person,
      guide_id uuid,
      language text,
      format text,
      version int,
      signpost_id uuid references signpost,
      way text not null check (way in ('message', 'paper')),
      path text not null,
      given_at timestamptz not null,
      given_by text not null,
      foreign key (guide_id, language, format, version) references guide_version match full,
      constraint handout_is_one_thing check (num_nonnulls(guide_id, signpost_id) = 1),
      constraint handout_at_one_contact check (num_nonnulls(follow_up_id, drop_in_person_id) = 1)
    );
    comment on table handout is 'A guide or a signpost that someone was given at a contact: by a message with its address, or on paper.';
    comment on column handout.path is 'The address that was given, without where it begins.';
    create unique index handout_once on handout (follow_up_id, drop_in_person_id, guide_id, language, format, signpost_id, way) nulls not distinct;
    create index handout_patient on handout (patient_id, id);
    create index handout_given on handout (given_at);
    create trigger handout_of_who_stayed before insert on handout for each row execute function follow_the_merge();

    alter table handout enable row level security;
    create policy everything on handout to lendwell_app using (true);
    grant select on handout to lendwell_supporter;
    create policy supporters_own on handout for select to lendwell_supporter using (supports(patient_id));
    alter table message enable row level security;
    create policy everything on message to lendwell_app using (true);
    grant select (id, patient_id, status, send_after) on message to lendwell_supporter;
    create policy supporters_own on message for select to lendwell_supporter using (supports(patient_id));
    grant select on guide, guide_version, signpost to lendwell_supporter;

    alter table reminder drop constraint reminder_reason_check,
      add constraint reminder_reason_check
        check (reason in ('follow_up', 'return_due', 'overdue', 'data_ending', 'changed', 'off', 'put_off', 'wrong_day',
          'announcement', 'handout'));
    insert into template (id, reason, wording, channel, language, version, subject, body) values
      (new_id(), 'handout', 'discreet', 'any', 'en', 1, 'As we said',
       'Hello. Here is what we spoke of: {{pages}} {{replies}}'),
      (new_id(), 'handout', 'identified', 'any', 'en', 1, 'What we spoke of',
       'Hello {{name}}. Here is what we spoke of, from {{scheme}}: {{pages}} {{replies}}'),
      (new_id(), 'handout', 'trusted', 'any', 'en', 1, 'To pass on',
       'Hello. {{name}} said that we may go through you. Please show them this: {{pages}} {{replies}}');
  `.execute(db);
}

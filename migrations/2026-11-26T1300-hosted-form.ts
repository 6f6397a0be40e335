import { type Kysely, sql } from 'kysely';

/** Links to the hosted referral form, what is being typed into it, and referrals that were sent again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table form_link (
      id uuid primary key,
      clinic_id uuid not null references organisation,
      label text not null,
      token_hash bytea not null unique,
      expires_on date not null,
      created_at timestamptz not null,
      revoked_at timestamptz,
      used_at timestamptz,
      sent int not null default 0
    );
    comment on column form_link.expires_on is 'The last day on which it works, in London.';
    create index form_link_clinic on form_link (clinic_id, id);

    create table referral_draft (
      id uuid primary key,
      link_id uuid not null references form_link,
      token_hash bytea not null unique,
      answers jsonb not null default '{}',
      saved_at timestamptz not null,
      sent_at timestamptz,
      reference text,
      summary bytea,
      constraint what_was_sent_is_not_kept check (sent_at is null or answers = '{}'),
      constraint what_was_sent_has_its_reference check ((sent_at is null) = (reference is null))
    );
    comment on table referral_draft is 'What someone types into the hosted form, for the browser that holds its token alone. It goes when it is sent, or 24 hours after it was last saved.';
    comment on column referral_draft.summary is 'What was sent, for printing: sealed with the token, which is not kept here, and gone after 15 minutes.';
    create index referral_draft_age on referral_draft (saved_at);

    create table referral_repeat (
      id uuid primary key,
      reference text not null unique,
      referral_id uuid not null references referral on delete cascade,
      link_id uuid not null references form_link,
      said jsonb not null,
      received_at timestamptz not null
    );
    comment on table referral_repeat is 'A referral that the hosted form took while one of the same person was open. What it said is kept with that one and goes with it.';
    create index referral_repeat_referral on referral_repeat (referral_id, id);
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** Whose a referral is, what staff noted of it, where people are pointed to when it is declined, and how soon each is decided. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table referral add column assigned_to uuid references staff, add column signposts jsonb not null default '[]';
    comment on column referral.signposts is 'What the clinic was told when it was declined, as it was then.';
    create index referral_assigned on referral (assigned_to, id) where assigned_to is not null;
    create index referral_to_decide on referral (array_position(array['urgent', 'soon', 'routine'], urgency), id)
      where status in ('received', 'asked');

    create table referral_note (
      id uuid primary key,
      referral_id uuid not null references referral,
      note text not null,
      at timestamptz not null,
      by_name text not null
    );
    create index referral_note_referral on referral_note (referral_id, id desc);
    comment on table referral_note is 'For the office alone, never for the clinic; may name people, and goes when the person is erased.';

    create table signpost (
      id uuid primary key,
      name text not null,
      details text not null,
      retired_at timestamptz,
      changed_at timestamptz not null
    );
    create unique index signpost_name on signpost (lower(name)) where retired_at is null;

    alter table lending_policy
      add column urgent_days int not null default 1 check (urgent_days between 0 and 365),
      add column soon_days int not null default 3 check (soon_days between 0 and 365),
      add column routine_days int not null default 7 check (routine_days between 0 and 365);
  `.execute(db);
}

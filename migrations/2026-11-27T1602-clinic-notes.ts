import { type Kysely, sql } from 'kysely';

/** What a clinic is told of its referral beside its status, where consent covers it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table clinic_note (
      id uuid primary key,
      referral_id uuid not null references referral,
      kind text not null check (kind in ('missed_twice')),
      at timestamptz not null
    );
    create index clinic_note_referral on clinic_note (referral_id, id);
    comment on table clinic_note is 'Told to the clinic of the referral, which consented to share back. Goes with the referral.';
  `.execute(db);
}

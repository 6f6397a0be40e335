import { type Kysely, sql } from 'kysely';

/** Several people are referred side by side in one browser, and a page with faults is there to go back to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table referral_draft drop constraint referral_draft_token_hash_key;
    create index referral_draft_browser on referral_draft (token_hash, link_id);
    alter table referral_draft add column tried jsonb not null default '{}';
    alter table referral_draft drop constraint what_was_sent_is_not_kept;
    alter table referral_draft add constraint what_was_sent_is_not_kept
      check (sent_at is null or (answers = '{}' and tried = '{}'));
    comment on column referral_draft.tried is 'Pages that were not right, as they were typed, until they are.';
  `.execute(db);
}

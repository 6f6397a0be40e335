import { type Kysely, sql } from 'kysely';

/** A version of an API client, and the request that made a key, so that its repeat leaves one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table api_client add column changed_at timestamptz;
    update api_client set changed_at = created_at;
    alter table api_client alter column changed_at set not null;
    create index api_client_organisation on api_client (organisation_id, id);
    alter table api_key add column made_by text;
    comment on column api_key.made_by is 'The idempotency key of the request that made it.';
  `.execute(db);
}

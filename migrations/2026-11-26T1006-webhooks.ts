import { type Kysely, sql } from 'kysely';

/** Where a clinic's system is told that a referral of its has changed, and what became of telling it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table webhook (
      id uuid primary key,
      organisation_id uuid not null references organisation,
      url text not null,
      secret_version int not null default 1,
      rotated_at timestamptz,
      disabled_at timestamptz,
      disabled_because text check (disabled_because in ('staff', 'gone')),
      created_at timestamptz not null,
      changed_at timestamptz not null,
      check ((disabled_at is null) = (disabled_because is null))
    );
    create unique index webhook_once on webhook (organisation_id, url);
    comment on column webhook.secret_version is 'The secret itself is made from SECRET, the id and this number, and is stored nowhere.';

    create table webhook_delivery (
      id uuid primary key,
      webhook_id uuid not null references webhook,
      referral_id uuid references referral,
      status text not null default 'pending' check (status in ('pending', 'sending', 'delivered', 'failed', 'superseded')),
      attempts int not null default 0,
      claim int not null default 0,
      claimed_at timestamptz,
      next_at timestamptz not null,
      give_up_at timestamptz not null,
      last_status int,
      last_fault text,
      created_at timestamptz not null,
      ended_at timestamptz
    );
    create unique index webhook_delivery_one_pending on webhook_delivery (webhook_id, referral_id) where status = 'pending';
    create index webhook_delivery_due on webhook_delivery (next_at) where status = 'pending';
    create index webhook_delivery_sending on webhook_delivery (claimed_at) where status = 'sending';
    create index webhook_delivery_log on webhook_delivery (webhook_id, id);
    create index webhook_delivery_ended on webhook_delivery (ended_at) where ended_at is not null;
    comment on column webhook_delivery.referral_id is 'Null for a test.';
  `.execute(db);
}

import { type Kysely, sql } from 'kysely';

/** Photos and papers: what a device looked like, a signed agreement, a wipe certificate. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table attachment (
      id uuid primary key,
      kind text not null check (kind in ('condition', 'agreement', 'certificate')),
      device_id uuid references device,
      loan_id uuid references loan,
      incident_id uuid references incident,
      taken_on date not null,
      note text check (note <> '' and length(note) <= 500),
      content_type text not null check (content_type in ('image/jpeg', 'application/pdf')),
      bytes integer not null check (bytes > 0),
      width integer check (width > 0),
      height integer check (height > 0),
      sha256 bytea not null check (length(sha256) = 32),
      recorded_by text not null,
      created_at timestamptz not null,
      removed_at timestamptz,
      removed_by text,
      removal_reason text check (removal_reason <> '' and length(removal_reason) <= 500),
      constraint attachment_place check (case kind
        when 'condition' then device_id is not null and num_nonnulls(loan_id, incident_id) <= 1
        when 'agreement' then loan_id is not null and num_nonnulls(device_id, incident_id) = 0
        else device_id is not null and num_nonnulls(loan_id, incident_id) = 0 end),
      constraint attachment_picture check (case content_type
        when 'image/jpeg' then num_nonnulls(width, height) = 2
        else kind <> 'condition' and num_nonnulls(width, height) = 0 end),
      constraint attachment_removal check (num_nonnulls(removed_at, removed_by, removal_reason) in (0, 3))
    );
    comment on table attachment is 'Photos and papers. What is on a loan or an incident is of the person and goes with them; what is on a device alone stays with it.';
    comment on column attachment.device_id is 'What a photo of a condition shows, or what was wiped; with a loan or an incident where the photo was taken there.';
    comment on column attachment.bytes is 'Of what is kept, with its thumbnail: this counts towards the quota.';
    comment on column attachment.sha256 is 'Of what is kept, not of what was sent.';
    comment on column attachment.removal_reason is 'From then on the bytes are gone, and this row says that they were there.';
    create index attachment_device on attachment (device_id);
    create index attachment_loan on attachment (loan_id);
    create index attachment_incident on attachment (incident_id);

    create table attachment_content (
      attachment_id uuid primary key references attachment on delete cascade,
      data bytea not null,
      thumbnail bytea
    );
    comment on table attachment_content is 'The bytes of photos and papers, beside their rows so that no list reads them.';
    comment on column attachment_content.thumbnail is 'A small JPEG of a picture; none of a PDF.';
    -- A JPEG does not get smaller, and trying costs.
    alter table attachment_content alter column data set storage external, alter column thumbnail set storage external;

    alter table lending_policy add column attachment_quota_mb integer not null default 2048
      check (attachment_quota_mb between 0 and 1000000);
    comment on column lending_policy.attachment_quota_mb is 'How many MB (of 1,048,576 bytes) all photos and papers may take.';
  `.execute(db);
}

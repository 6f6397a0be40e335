import { type Kysely, sql } from 'kysely';

/** Counting what stands at a location against what should. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create sequence stocktake_number;
    create table stocktake (
      id uuid primary key,
      reference text not null unique,
      location_id uuid not null references location,
      started_at timestamptz not null,
      started_by text not null,
      closed_at timestamptz,
      closed_by text,
      found int,
      missing int,
      left_meanwhile int,
      unexpected int,
      constraint closed_has_its_counts check (num_nonnulls(closed_at, closed_by, found, missing, left_meanwhile, unexpected) in (0, 6))
    );
    comment on column stocktake.found is 'Like the other counts, written when it closes.';
    create unique index stocktake_one_open_per_location on stocktake (location_id) where closed_at is null;
    create index stocktake_location on stocktake (location_id, id);

    create table stocktake_line (
      stocktake_id uuid not null references stocktake,
      device_id uuid not null references device,
      verdict text not null check (verdict in ('expected', 'found', 'missing', 'left', 'unexpected')),
      scanned_at timestamptz,
      scanned_by text,
      primary key (stocktake_id, device_id),
      constraint found_and_unexpected_were_scanned check ((verdict in ('found', 'unexpected')) = (scanned_at is not null)),
      constraint scanned_by_someone check ((scanned_at is null) = (scanned_by is null))
    );
    comment on table stocktake_line is 'What was expected at the start, and what was scanned beside it. Closing makes missing or left of what is still expected.';
    create index stocktake_line_by_verdict on stocktake_line (stocktake_id, verdict, device_id);
    create index stocktake_line_device on stocktake_line (device_id, scanned_at);

    create index device_imei on device (imei) where imei is not null;
    comment on index device_imei is 'A scan names any device, also one that is no longer in use.';
  `.execute(db);
}

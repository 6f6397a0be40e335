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
      closed_at timestamptz
    );
    create unique index stocktake_one_open_per_location on stocktake (location_id) where closed_at is null;

    create table stocktake_line (
      stocktake_id uuid not null references stocktake,
      device_id uuid not null references device,
      expected boolean not null,
      scanned_at timestamptz,
      verdict text check (verdict in ('found', 'missing', 'unexpected')),
      primary key (stocktake_id, device_id),
      constraint unexpected_was_scanned check (expected or scanned_at is not null)
    );
    comment on table stocktake_line is 'What was expected at the start, and what was scanned beside it.';
    create index stocktake_line_device on stocktake_line (device_id);
  `.execute(db);
}

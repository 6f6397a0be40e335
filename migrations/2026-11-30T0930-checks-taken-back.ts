import { type Kysely, sql } from 'kysely';

/** A check that was recorded by mistake can be taken back: it stays in the history and counts for nothing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table preparation_check
      add column missed_before date,
      add column taken_back_at timestamptz,
      add column taken_back_by text,
      add column taken_back_reason text,
      add constraint preparation_check_taken_back_says_why check (
        (taken_back_at is null) = (taken_back_reason is null) and (taken_back_at is null) = (taken_back_by is null));
    comment on column preparation_check.missed_before is
      'The day of the stocktake that had missed the device, where this check showed that it is here.';
    comment on column preparation_check.taken_back_at is
      'When it was taken back as recorded by mistake; from then on it is no check of the device.';
    comment on column preparation_check.taken_back_by is 'Who of the staff took it back, by name.';

    drop index preparation_check_next_due;
    create index preparation_check_next_due on preparation_check (next_due)
      where next_due is not null and expired_at is null and taken_back_at is null;

    create or replace function open_checks(of_device uuid, of_kind text, of_cycle int) returns text[] language sql stable as $$
      select coalesce(array_agg(r.kind order by r.position), '{}')
      from required_check r
      where r.device_kind = of_kind and 'pass' is distinct from (
        select case when c.expired_at is null then c.result end from preparation_check c
        where c.device_id = of_device and c.cycle = of_cycle and c.kind = r.kind and c.taken_back_at is null order by c.id desc limit 1)
    $$;
    comment on function open_checks(uuid, text, int) is
      'The required checks without a latest pass in this cycle that has not run out.';
  `.execute(db);
}

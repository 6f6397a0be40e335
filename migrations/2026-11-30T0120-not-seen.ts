import { type Kysely, sql } from 'kysely';

/** What a stocktake missed is known on the device until it is seen again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table device add column missed_on date;
    comment on column device.missed_on is 'The day of the last stocktake that missed it; null once it was seen since. It is of the shelf: whatever leaves that was in hand, or is no longer looked for.';

    with last as (
      select distinct on (x.device_id) x.device_id, x.verdict, s.closed_at, (s.closed_at at time zone 'Europe/London')::date as missed_on
      from stocktake_line x join stocktake s on s.id = x.stocktake_id
      where s.closed_at is not null and x.verdict in ('missing', 'found', 'unexpected') order by x.device_id, s.closed_at desc
    )
    update device d set missed_on = last.missed_on from last
    where last.device_id = d.id and last.verdict = 'missing' and d.status in ('in_preparation', 'ready', 'reserved') and d.cycle_started_on <= last.missed_on
      and not exists (select from stocktake_line o where o.device_id = d.id and o.scanned_at > last.closed_at)
      and not exists (select from preparation_check c where c.device_id = d.id and c.recorded_at > last.closed_at)
      and not exists (select from loan_item i where i.device_id = d.id and i.issued_at > last.closed_at);

    create function forget_missed() returns trigger language plpgsql as $$
    begin
      new.missed_on := null;
      return new;
    end $$;
    create trigger device_leaves_shelf before update of status on device for each row
      when (new.missed_on is not null and new.status not in ('in_preparation', 'ready', 'reserved'))
      execute function forget_missed();
  `.execute(db);
}

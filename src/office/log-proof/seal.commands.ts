import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, one, run } from '../../shared/statements.ts';

const batchSize = 2_000;
/** Key of the advisory lock under which links are made. */
const sealingLock = 20_261_240;

/**
 * Links what was logged and is committed to the chain, in batches, each in a transaction of its own. Sealers take
 * turns, also in several processes. A row whose transaction still runs is linked once that has ended.
 * @param stop ends it after the batch in hand
 * @returns how many rows it linked
 */
export async function sealLog(deps: Deps, stop?: AbortSignal): Promise<number> {
  let sealed = 0;
  let after: number | undefined;
  for (;;) {
    const { count, last } = await deps.db.transaction().execute((trx) => sealBatch(trx, after));
    sealed += count;
    const isWhole = count === batchSize;
    if (stop?.aborted || (!isWhole && after === undefined)) return sealed;
    // A whole batch goes on where it ended; then whoever committed late is looked for once more, from the beginning.
    after = isWhole ? last : undefined;
  }
}

/** Links one batch: after a place, or all that is not linked yet, which alone shows that nothing is left. */
async function sealBatch(trx: Trx, after: number | undefined): Promise<Linked> {
  await run(
    trx,
    'log.take-turns',
  )`select set_config('lock_timeout', '0', true), pg_advisory_xact_lock(${sealingLock}::bigint)`;
  const sealing = await whereItStands(trx);
  await beginVersions(trx);
  const linked = await link(trx, after ?? sealing.place);
  if (after === undefined && linked.count < batchSize) await comeFurther(trx, sealing);
  return linked;
}

type Sealing = {
  /** Every row up to this place is linked. */
  place: number;
  /** The last place that was drawn before this transaction had its number. */
  drawn: number;
  xid: number;
  /** Whether every transaction that may have drawn a place up to the next mark has ended. */
  settled: boolean;
  /** Whether a next mark waits for that. */
  waits: boolean;
};

/**
 * Where the chain stands. The last place is read before this transaction gets its number: whoever drew that place or
 * one before it got theirs earlier, so that their places are final once all earlier transactions have ended. A number
 * ahead of this one is of another server, before a restore, and everything of its time has ended.
 */
async function whereItStands(trx: Trx): Promise<Sealing> {
  const { drawn } = await one(trx, 'log.drawn', {
    drawn: col.number,
  })`select case when is_called then last_value else 0 end as drawn from log_place`;
  const { xid } = await one(trx, 'log.number', {
    xid: col.number,
  })`select pg_current_xact_id()::text::bigint as xid`;
  const row = await one(trx, 'log.sealing', { place: col.number, settled: col.boolean, waits: col.boolean })`
    select place, next_xid is not null and next_xid <= ${xid} as waits,
      coalesce(next_xid <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint, false) as settled
    from log_sealing`;
  return { drawn, xid, ...row };
}

/** Begins a version for a table whose columns are others than those of its last version. */
async function beginVersions(trx: Trx): Promise<void> {
  await run(trx, 'log.begin-versions')`
    with today as (
      select c.relname::text as in_table, array_agg(a.attname::text order by a.attname) as columns
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      where a.attrelid in ('event'::regclass, 'access_log'::regclass) and a.attnum > 0 and not a.attisdropped
      group by c.relname
    )
    insert into log_version (v, in_table, columns)
    select (select coalesce(max(v), 0) from log_version) + row_number() over (order by t.in_table desc), t.in_table, t.columns
    from today t
    where t.columns is distinct from (select v.columns from log_version v where v.in_table = t.in_table order by v.v desc limit 1)`;
}

const Linked = { count: col.number, last: col.number };
type Linked = RowOf<typeof Linked>;

/** Links the next rows after a place, by their places. How many, and the last of their places. */
async function link(trx: Trx, after: number): Promise<Linked> {
  return one(trx, each('log.link'), Linked)`
    with last as (
      select n, digest from (
        (select n, digest from log_link order by n desc limit 1) union all select 0, ''::bytea
      ) l order by n desc limit 1
    ), waiting as (
      (select e.place, 'event' as in_table from event e where e.place > ${after}
          and not exists (select from log_link l where l.place = e.place) order by e.place limit ${batchSize})
      union all
      (select a.place, 'access_log' from access_log a where a.place > ${after}
          and not exists (select from log_link l where l.place = a.place) order by a.place limit ${batchSize})
      order by place limit ${batchSize}
    ), asked as (
      select array_agg(w.place) as places, array_agg((select max(v.v) from log_version v where v.in_table = w.in_table)) as versions
      from waiting w
    ), made as (
      select last.n + row_number() over (order by r.place) as n, r.*, last.digest as before, at.sealed_at
      from last, (select clock_timestamp() as sealed_at offset 0) at, asked, log_rows(asked.places, asked.versions) r
    ), linked as (
      insert into log_link (n, place, in_table, row_id, v, row_digest, digest, sealed_at)
      select n, place, in_table, row_id, v, digest,
        log_chain(before, log_link_item(n, place, in_table, row_id, v, digest, sealed_at)) over (order by n), sealed_at
      from made returning place
    )
    select count(*) as count, coalesce(max(place), 0) as last from linked`;
}

/** Notes that every row up to the next mark is linked, once none can come any more, and sets the one after it. */
async function comeFurther(trx: Trx, { place, drawn, xid, settled, waits }: Sealing): Promise<void> {
  if (waits && !settled) return;
  if (drawn === place) return;
  await run(trx, 'log.come-further')`
    update log_sealing set place = case when ${settled} then next_place else place end,
      next_place = ${drawn}, next_xid = ${xid}`;
}

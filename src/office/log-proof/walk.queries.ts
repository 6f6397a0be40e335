import type { Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, maybe, one } from '../../shared/statements.ts';

const batchSize = 5_000;
/** A row is linked within minutes, or later while no worker runs; then nothing else is linked meanwhile either. */
const longestTransaction = '1 hour';
/** Commands date by their own clock, and a night may be worked for another day. */
const datedApart = '1 day';

export const faultKinds = [
  'changed',
  'removed',
  'inserted',
  'moved',
  'cut',
  'rewritten',
  'signature',
] as const;

/** What is wrong with the log, at the first place where anything is. */
export type Fault = {
  kind: (typeof faultKinds)[number];
  /** The link, where it is known. */
  n: number | null;
  table: string | null;
  /** Of the row. */
  id: string | null;
};

const Step = {
  n: col.number,
  digest: col.text,
  sealedAt: col.text,
  began: col.boolean,
  count: col.number,
  datedDifferently: col.number,
  faultAt: col.orNull(col.number),
};
type Step = RowOf<typeof Step>;

/** What walking over the chain found. */
export type Walked = { links: number; datedDifferently: number; fault: Fault | undefined };

/**
 * Walks over the whole chain, a batch at a time: each link follows the one before it, each row is what was linked, and
 * none was recorded long before those that were linked before it. It ends at the first fault.
 */
export async function walkChain(db: Reader): Promise<Walked> {
  let from: Pick<Step, 'n' | 'digest' | 'sealedAt' | 'began'> = {
    n: 0,
    digest: '',
    sealedAt: '-infinity',
    began: false,
  };
  const walked: Walked = { links: 0, datedDifferently: 0, fault: undefined };
  for (;;) {
    const step = await walkBatch(db, from);
    if (!step) return walked;
    walked.links += step.count;
    walked.datedDifferently += step.datedDifferently;
    if (step.faultAt !== null) return { ...walked, fault: await faultAt(db, step.faultAt) };
    from = step;
  }
}

const walkBatch = (db: Reader, from: Pick<Step, 'n' | 'digest' | 'sealedAt' | 'began'>) =>
  maybe(db, each('log.walk'), Step)`
    with part as materialized (
      select * from log_link where n > ${from.n} order by n limit ${batchSize}
    ), asked as (
      select array_agg(place) as places, array_agg(v) as versions from part
    ), held as (
      select p.n, p.digest, p.sealed_at, r.at, r.recorded_at,
        p.n = lag(p.n, 1, ${from.n}) over w + 1
          and p.digest = sha256(lag(p.digest, 1, decode(${from.digest}, 'hex')) over w
            || log_link_item(p.n, p.place, p.in_table, p.row_id, p.v, p.row_digest, p.sealed_at))
          and r.digest is not distinct from p.row_digest
          and case when r.recorded_at is null then not (${from.began} or coalesce(bool_or(r.recorded_at is not null) over w, false))
            else r.recorded_at >= lag(p.sealed_at, 1, ${from.sealedAt}::timestamptz) over w - ${longestTransaction}::interval end as holds
      from part p left join (select r.* from asked, log_rows(asked.places, asked.versions) r) r
        on r.place = p.place and r.in_table = p.in_table and r.row_id = p.row_id
      window w as (order by p.n)
    )
    select max(n) as n, (array_agg(encode(digest, 'hex') order by n desc))[1] as digest,
      (array_agg(sealed_at order by n desc))[1] as "sealedAt", ${from.began} or bool_or(recorded_at is not null) as began, count(*) as count,
      count(*) filter (where abs(extract(epoch from at - recorded_at)) > extract(epoch from ${datedApart}::interval)) as "datedDifferently",
      min(n) filter (where holds is not true) as "faultAt"
    from held having count(*) > 0`;

/** What it is at a link that does not hold. */
async function faultAt(db: Reader, n: number): Promise<Fault> {
  const row = await one(db, each('log.fault'), {
    before: col.orNull(col.number),
    table: col.text,
    id: col.text,
    found: col.boolean,
    elsewhere: col.boolean,
    same: col.boolean,
    follows: col.boolean,
    aroundLast: col.boolean,
    lastTable: col.orNull(col.text),
    lastId: col.orNull(col.text),
  })`
    select b.n as before, l.in_table as table, l.row_id as id, r.row_id is not null as found,
      exists (select from event e where l.in_table = 'event' and e.id = l.row_id)
        or exists (select from access_log a where l.in_table = 'access_log' and a.id = l.row_id) as elsewhere,
      coalesce(r.digest = l.row_digest, false) as same,
      l.digest = sha256(coalesce(b.digest, ''::bytea) || log_link_item(l.n, l.place, l.in_table, l.row_id, l.v, l.row_digest, l.sealed_at)) as follows,
      b.n is not null and l.digest = sha256(coalesce(c.digest, ''::bytea)
        || log_link_item(l.n - 1, l.place, l.in_table, l.row_id, l.v, l.row_digest, l.sealed_at)) as "aroundLast",
      b.in_table as "lastTable", b.row_id as "lastId"
    from log_link l left join log_link b on b.n = l.n - 1 left join log_link c on c.n = l.n - 2
      left join lateral log_rows(array[l.place], array[l.v]) r on r.row_id = l.row_id and r.in_table = l.in_table
    where l.n = ${n} limit 1`;
  const here = { n, table: row.table, id: row.id };
  if (row.before === null && n > 1) return { kind: 'removed', n: n - 1, table: null, id: null };
  if (!row.found) return { kind: row.elsewhere ? 'moved' : 'removed', ...here };
  if (!row.same) return { kind: 'changed', ...here };
  if (row.follows) return { kind: 'inserted', ...here };
  if (row.aroundLast) return { kind: 'inserted', n: n - 1, table: row.lastTable, id: row.lastId };
  return { kind: 'moved', ...here };
}

/** The first row that has no link though every row up to its place has one, or whose place is the link of another. */
export async function findInserted(db: Reader): Promise<Fault | undefined> {
  const row = await maybe(db, each('log.inserted'), { table: col.text, id: col.text })`
    with mark as materialized (select place from log_sealing), logged as (
      select e.place, 'event' as in_table, e.id from event e union all select a.place, 'access_log', a.id from access_log a
    )
    select x.in_table as table, x.id from mark, logged x left join log_link l on l.place = x.place
    where (l.place is null and x.place <= mark.place) or l.row_id <> x.id or l.in_table <> x.in_table
    order by x.place limit 1`;
  return row && { kind: 'inserted', n: null, ...row };
}

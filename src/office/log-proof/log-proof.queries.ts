import { jsonInstant, type Reader } from '../../shared/database.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, one } from '../../shared/statements.ts';

/** More than these are not counted. */
export const mostCounted = 10_000;

const LogProof = {
  links: col.number,
  /** Rows that wait to be linked, at most `mostCounted`. */
  waiting: col.number,
  head: col.orNull(
    col.object({ n: col.number, signedAt: col.text, isSigned: col.boolean, isStamped: col.boolean }),
  ),
};
export type LogProof = RowOf<typeof LogProof>;

/** How far the log is linked, and its newest signed end. */
export const getLogProof = (db: Reader): Promise<LogProof> =>
  one(db, each('log.proof'), LogProof)`
    select coalesce((select max(n) from log_link), 0) as links, (select count(*) from (
        (select from event e, log_sealing s where e.place > s.place and not exists (select from log_link l where l.place = e.place) limit ${mostCounted})
        union all
        (select from access_log a, log_sealing s where a.place > s.place and not exists (select from log_link l where l.place = a.place) limit ${mostCounted})
        limit ${mostCounted}
      ) w) as waiting,
      (select json_build_object('n', h.n, 'signedAt', ${jsonInstant('h.signed_at')}, 'isSigned', h.signature is not null, 'isStamped', h.stamp is not null)
        from log_head h order by h.signed_at desc limit 1) as head`;

/** Whether there is anything of which an end could be signed. */
export const isAnythingLogged = async (db: Reader): Promise<boolean> => {
  const { logged } = await one(db, each('log.anything'), { logged: col.boolean })`
    select exists (select from event) or exists (select from access_log) as logged`;
  return logged;
};

/** All heads that were kept, from the first. */
export const listHeads = (db: Reader) =>
  many(db, each('log.heads'), {
    n: col.number,
    digest: col.text,
    signedAt: col.text,
    keyId: col.orNull(col.text),
    signature: col.orNull(col.text),
    stamp: col.orNull(col.bytes),
  })`
    select n, encode(digest, 'hex') as digest, signed_at as "signedAt", key_id as "keyId",
      encode(signature, 'hex') as signature, stamp
    from log_head order by n, signed_at`;

/** The digests of the chain at these links; what is not linked is left out. */
export async function digestsAt(db: Reader, links: number[]): Promise<Map<number, string>> {
  const rows = await many(db, each('log.digests'), { n: col.number, digest: col.text })`
    select n, encode(digest, 'hex') as digest from log_link where n = any(${links}::bigint[])`;
  return new Map(rows.map(({ n, digest }) => [n, digest]));
}

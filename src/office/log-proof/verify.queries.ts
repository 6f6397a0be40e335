import type { KeyObject } from 'node:crypto';
import type { Reader } from '../../shared/database.ts';
import { type Head, headText } from './head.rules.ts';
import { digestsAt, getLogProof, listHeads } from './log-proof.queries.ts';
import { isSignedBy } from './signing.ts';
import { stampedAt } from './stamp.ts';
import { type Fault, findInserted, walkChain } from './walk.queries.ts';

/** What holding the log against its chain and its heads came to. */
export type Verified = {
  fault: Fault | undefined;
  links: number;
  waiting: number;
  /** Rows whose own date is more than a day from the database's. */
  datedDifferently: number;
  heads: number;
  /** Heads whose signature was looked at and is good. */
  signed: number;
  stamped: number;
};

type Given = {
  /** Heads that were kept elsewhere. */
  outside?: Head[];
  /** By their ids; without any, signatures are not looked at. */
  keys?: Map<string, KeyObject>;
};

/** Holds the log against its chain, and the chain against the heads that are kept here and elsewhere. */
export async function verifyLog(
  db: Reader,
  { outside = [], keys = new Map() }: Given = {},
): Promise<Verified> {
  const kept = await listHeads(db);
  const heads = [...kept, ...outside].toSorted((one, other) => one.n - other.n);
  const walked = await walkChain(db);
  const fault = walked.fault ?? (await findInserted(db)) ?? (await faultOfHeads(db, heads, keys));
  return {
    ...walked,
    fault,
    waiting: (await getLogProof(db)).waiting,
    heads: heads.length,
    signed: heads.filter((head) => isSignedBy(keys, head)).length,
    stamped: kept.filter(({ stamp, ...head }) => stamp && stampedAt(stamp, headText(head))).length,
  };
}

async function faultOfHeads(
  db: Reader,
  heads: Head[],
  keys: Map<string, KeyObject>,
): Promise<Fault | undefined> {
  const digests = await digestsAt(
    db,
    heads.map(({ n }) => n),
  );
  for (const { n, digest } of heads) {
    const found = digests.get(n);
    if (found !== digest)
      return { kind: found === undefined ? 'cut' : 'rewritten', n, table: null, id: null };
  }
  if (!keys.size) return undefined;
  // Heads from before there was a key have none; after one that is signed, and where none is, a signature is missing.
  const first = heads.findIndex(({ signature }) => signature);
  const bad = heads.find((head, at) => (first < 0 || at >= first) && !isSignedBy(keys, head));
  return bad && { kind: 'signature', n: bad.n, table: null, id: null };
}

import { appendFile, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { mailStaff } from '../../messages/staff-mail.commands.ts';
import type { Deps } from '../../shared/deps.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { each, maybe, run } from '../../shared/statements.ts';
import { type Head, headLine, headText } from './head.rules.ts';
import { sealLog } from './seal.commands.ts';
import { signed } from './signing.ts';
import { stampOf } from './stamp.ts';

const stampMilliseconds = 15_000;

type Way = 'stamp' | 'file' | 'email';
type Tried = { left: Way[]; failed: Way[] };
/** What became of signing: the head, and by which ways it left the house or did not. */
export type SignedHead = { head: Head } & Tried;

/**
 * Links what waits, signs the end of the chain, has it stamped, keeps it, and sends it out of the house by every way
 * that is set. A way that fails is said and does not stop the others: the next head proves all that this one does.
 * @returns undefined while nothing is linked
 * @throws Problem `conflict` when the key cannot be used; then there is no head
 */
export async function signHead(deps: Deps): Promise<SignedHead | undefined> {
  await sealLog(deps);
  const last = await maybe(deps.db, each('log.last-link'), {
    n: col.number,
    digest: col.text,
    signedAt: col.text,
  })`
    select n, encode(digest, 'hex') as digest, clock_timestamp() as "signedAt" from log_link order by n desc limit 1`;
  if (!last) return undefined;
  const { LOG_SIGNING_KEY, LOG_TSA_URL, LOG_HEADS_FILE, LOG_HEADS_EMAIL } = deps.config;
  const head = signedWith(last, LOG_SIGNING_KEY);
  const tried: Tried = { left: [], failed: [] };
  const trying = attempts(deps, tried);
  const stamp =
    LOG_TSA_URL && (await trying('stamp', () => stampOf(LOG_TSA_URL, headText(head), stampMilliseconds)));
  await run(deps.db, each('log.keep-head'))`
    insert into log_head (n, digest, signed_at, key_id, signature, stamp)
    values (${head.n}, decode(${head.digest}, 'hex'), ${head.signedAt}, ${head.keyId}, decode(${head.signature}, 'hex'), ${stamp || null})`;
  if (LOG_HEADS_FILE) await trying('file', () => append(LOG_HEADS_FILE, head));
  if (LOG_HEADS_EMAIL) await trying('email', () => mail(deps, head));
  return { head, ...tried };
}

function signedWith(head: Pick<Head, 'n' | 'digest' | 'signedAt'>, keyFile: string): Head {
  try {
    return signed(head, keyFile);
  } catch {
    throw new Problem('conflict', {
      detail: 'The key that LOG_SIGNING_KEY names cannot be used, so that nothing was signed.',
    });
  }
}

/** Tries a way and notes whether it went; its failure is logged and stops nothing. */
const attempts =
  (deps: Deps, tried: Tried) =>
  async <T>(way: Way, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await work();
      tried.left.push(way);
      return result;
    } catch (err) {
      tried.failed.push(way);
      deps.log.warn({ err, way }, 'a head of the log did not leave the house this way');
      return undefined;
    }
  };

async function append(file: string, head: Head): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await appendFile(file, `${headLine(head)}\n`, { mode: 0o600, flush: true });
}

const mail = (deps: Deps, head: Head) =>
  mailStaff(deps, {
    id: newId(),
    name: 'Lendwell log',
    email: deps.config.LOG_HEADS_EMAIL,
    subject: 'Lendwell: end of the log',
    text: `Keep this email where nobody who runs the database can change it. \`npm run verify-log -- --heads <file>\` holds the log against the line below.\n\n${headLine(head)}`,
  });

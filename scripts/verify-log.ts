import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { signHead } from '../src/office/log-proof/head.commands.ts';
import { type Head, headsIn } from '../src/office/log-proof/head.rules.ts';
import { makeKeys, publicKeys } from '../src/office/log-proof/signing.ts';
import { type Verified, verifyLog } from '../src/office/log-proof/verify.queries.ts';
import type { Fault } from '../src/office/log-proof/walk.queries.ts';
import type { Deps } from '../src/shared/deps.ts';
import { withDatabase } from './with-database.ts';

const usage = `Holds the log of what happened and of who looked against its chain, on the database of DATABASE_URL.
  npm run verify-log [-- --heads <file>] [--public-key <file>]
  npm run verify-log -- --sign
  npm run verify-log -- --new-key <file>
--heads is a file of ends of the log that was kept elsewhere, --public-key the key that they were signed with; each may be given more than once. Without a key that of LOG_SIGNING_KEY is used.
--sign signs the end of the log now. --new-key makes a pair of keys: the private one, and beside it <file>.pub.
It ends with 0 when the log is whole, and with 1 when it is not.`;

/** What is said of a fault. */
const faultWords: Record<Fault['kind'], string> = {
  changed: 'changed since it was linked',
  removed: 'removed',
  inserted: 'inserted among what was linked before',
  moved: 'moved: it does not stand where it was linked',
  cut: 'the end of the log was cut off, or an old copy restored: a head of it is ahead of the chain',
  rewritten: 'the chain was written anew: a head of it says something else',
  signature: 'a head of the log is not signed by a key that was given',
};

const values = readArguments();
const newKey = values['new-key'];
if (newKey) {
  const id = await makeKeys(newKey).catch(noFile);
  console.log(`The key ${id} is in ${newKey}, its public half in ${newKey}.pub.`);
} else {
  await withDatabase('verify-log', values.sign ? sign : verify, { needsSecret: false });
}

async function sign(deps: Deps): Promise<void> {
  const done = await signHead(deps);
  if (!done) {
    console.log('Nothing is logged yet.');
    return;
  }
  const { head, left, failed } = done;
  console.log(
    `The end of the log at link ${head.n} is ${head.signature ? `signed with the key ${head.keyId}` : 'kept, and not signed: LOG_SIGNING_KEY is not set'}.`,
  );
  if (left.length) console.log(`It left the house by: ${left.join(', ')}.`);
  if (failed.length) {
    console.error(`It did not leave the house by: ${failed.join(', ')}.`);
    process.exitCode = 1;
  }
}

async function verify(deps: Deps): Promise<void> {
  const { LOG_SIGNING_KEY } = deps.config;
  const keyFiles = values['public-key'] ?? (LOG_SIGNING_KEY ? [LOG_SIGNING_KEY] : []);
  const result = await verifyLog(deps.db, {
    outside: values.heads?.flatMap(readHeads) ?? [],
    keys: keysOf(keyFiles),
  });
  const { fault } = result;
  if (!fault) {
    console.log(`The log is whole: ${counted(result, keyFiles.length > 0)}`);
    return;
  }
  const where = [fault.n !== null && `link ${fault.n}`, fault.table, fault.id].filter(Boolean).join(', ');
  console.error(`The log is not whole. ${where}: ${faultWords[fault.kind]} (${fault.kind})`);
  process.exitCode = 1;
}

function counted(result: Verified, hasKey: boolean): string {
  return [
    `${result.links} links`,
    `${result.waiting} rows not yet linked`,
    `${result.heads} heads, ${hasKey ? `${result.signed} with a good signature` : 'signatures not looked at for want of a key'}, ${result.stamped} stamped`,
    `${result.datedDifferently} rows dated differently`,
  ].join('; ');
}

function keysOf(files: string[]) {
  try {
    return publicKeys(files);
  } catch (error) {
    return noFile(error);
  }
}

function readHeads(file: string): Head[] {
  const heads = headsIn(textOf(file));
  if (heads?.length) return heads;
  console.error(heads ? `${file} has no heads.` : `${file} has a line that is no head.`);
  process.exit(1);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    return noFile(error);
  }
}

/** A file that is not there, is there already, or holds no such key. */
function noFile(error: unknown): never {
  console.error((error as Error).message);
  process.exit(1);
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        heads: { type: 'string', multiple: true },
        'public-key': { type: 'string', multiple: true },
        sign: { type: 'boolean' },
        'new-key': { type: 'string' },
      },
    }).values;
  } catch {
    console.error(usage);
    process.exit(1);
  }
}

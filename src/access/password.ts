import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(argon2) as (algorithm: 'argon2id', parameters: Argon2Parameters) => Promise<Buffer>;

// Memory in KiB, passes and lanes as OWASP's password storage cheat sheet gives them for argon2id.
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const atOnce = 2;

/** Makes the string that is stored for a password: algorithm, cost, salt and hash in PHC form. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16);
  const hash = await inTurn(() =>
    derive('argon2id', { message: normal(password), nonce, tagLength: 32, ...cost }),
  );
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${plain64(nonce)}$${plain64(hash)}`;
}

/**
 * Whether a password is the one stored. Takes as long for an account without a password,
 * or for no account at all, so that time tells nothing.
 */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const { parameters, nonce, hash } = readStored(stored ?? nobody);
  const given = await inTurn(() =>
    derive('argon2id', { message: normal(password), nonce, tagLength: hash.length, ...parameters }),
  );
  return timingSafeEqual(given, hash) && !!stored;
}

function readStored(stored: string) {
  const [, m, t, p, nonce, hash] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored) ?? [];
  if (!nonce || !hash) throw new Error('a stored password is not in the form of hashPassword');
  return {
    parameters: { memory: Number(m), passes: Number(t), parallelism: Number(p) },
    nonce: Buffer.from(nonce, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  };
}

const plain64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
// The same characters typed on different keyboards can be composed differently (NIST SP 800-63B).
const normal = (password: string) => password.normalize('NFKC');
const nobody = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${plain64(randomBytes(16))}$${plain64(randomBytes(32))}`;

let running = 0;
const waiting: (() => void)[] = [];

/** Each hash takes 19 MiB and a thread: however many people sign in, only a few are made at a time. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}

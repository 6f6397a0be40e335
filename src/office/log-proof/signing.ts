import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { type Head, headText } from './head.rules.ts';

/**
 * Signs a head with the private key of a PEM file (Ed25519); without a file it stays unsigned.
 * @throws Error where the file cannot be read or holds another kind of key
 */
export function signed(head: Pick<Head, 'n' | 'digest' | 'signedAt'>, keyFile: string): Head {
  if (!keyFile) return { ...head, keyId: null, signature: null };
  const key = createPrivateKey(readFileSync(keyFile));
  const keyId = keyIdOf(createPublicKey(key));
  return { ...head, keyId, signature: sign(null, Buffer.from(headText(head)), key).toString('hex') };
}

/** The public keys of PEM files, by their ids. A file with a private key stands for its public one. @throws Error where one cannot be read */
export function publicKeys(files: string[]): Map<string, KeyObject> {
  const keys = files.map((file) => createPublicKey(readFileSync(file)));
  return new Map(keys.map((key) => [keyIdOf(key), key]));
}

/** Whether a head was signed by one of these keys. */
export function isSignedBy(keys: Map<string, KeyObject>, head: Head): boolean {
  const key = head.keyId && keys.get(head.keyId);
  if (!key || !head.signature) return false;
  return verify(null, Buffer.from(headText(head)), key, Buffer.from(head.signature, 'hex'));
}

/**
 * Makes a pair of keys: the private one into a file that only its owner reads, the public one beside it as `….pub`.
 * @returns the id of the pair
 * @throws Error where one of the files is there already
 */
export async function makeKeys(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(file, secret, { mode: 0o600, flag: 'wx' });
  await writeFile(`${file}.pub`, publicKey.export({ type: 'spki', format: 'pem' }), { flag: 'wx' });
  return keyIdOf(publicKey);
}

/** @throws Error for a key that is not Ed25519 */
function keyIdOf(key: KeyObject): string {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key is not an Ed25519 key');
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);
}

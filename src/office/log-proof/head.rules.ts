/** The end of the chain at an instant, as it is signed and leaves the house. Digest and signature are in hexadecimal. */
export type Head = {
  /** How many links there are up to it. */
  n: number;
  digest: string;
  /** ISO 8601, by the database. */
  signedAt: string;
  /** Of the key that signed it; null where there was none. */
  keyId: string | null;
  signature: string | null;
};

/** The text that is signed and stamped: what the head says, in this one form for good. */
export const headText = ({ n, digest, signedAt }: Pick<Head, 'n' | 'digest' | 'signedAt'>): string =>
  `lendwell log head 1\n${n}\n${digest}\n${signedAt}\n`;

/** A head as a line of JSON, for a file or an email. */
export const headLine = ({ n, digest, signedAt, keyId, signature }: Head): string =>
  JSON.stringify({ n, digest, signedAt, keyId, signature });

/**
 * Reads the heads out of text that has one on a line; lines without an opening bracket, such as those of an email, are
 * passed over. Undefined where a line that has one is no head.
 */
export function headsIn(text: string): Head[] | undefined {
  const heads = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('{'))
    .map(readHead);
  return heads.every((head) => head !== undefined) ? heads : undefined;
}

function readHead(line: string): Head | undefined {
  try {
    const { n, digest, signedAt, keyId, signature } = JSON.parse(line) as Record<string, unknown>;
    const isHead =
      Number.isSafeInteger(n) &&
      isHex(digest) &&
      typeof signedAt === 'string' &&
      (keyId === null || typeof keyId === 'string') &&
      (signature === null || isHex(signature));
    return isHead ? ({ n, digest, signedAt, keyId, signature } as Head) : undefined;
  } catch {
    return undefined;
  }
}

const isHex = (value: unknown) => typeof value === 'string' && /^([0-9a-f]{2})+$/.test(value);

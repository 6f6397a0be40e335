import { createHash, randomBytes } from 'node:crypto';
import { ContentInfo, SignedData } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { MessageImprint, PKIStatus, TimeStampReq, TimeStampResp, TSTInfo } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';

const sha256 = '2.16.840.1.101.3.4.2.1';
const mostBytes = 100_000;

/**
 * Asks a time stamping authority (RFC 3161) to say that a text was there by now.
 * @returns its reply in DER, to be kept. Its imprint and nonce are ours; whether its certificate is to be trusted is for whoever reads it later
 * @throws Error when it does not answer in time, refuses, or answers about something else
 */
export async function stampOf(url: string, text: string, milliseconds: number): Promise<Buffer> {
  const nonce = randomBytes(9);
  // An INTEGER in DER: positive, and in as few bytes as it takes.
  nonce[0] = 1;
  const request = new TimeStampReq({
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: sha256, parameters: null }),
      hashedMessage: new OctetString(imprintOf(text)),
    }),
    nonce: Uint8Array.from(nonce).buffer,
    certReq: true,
  });
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: AsnConvert.serialize(request),
    signal: AbortSignal.timeout(milliseconds),
    redirect: 'error',
  });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the time stamping authority answered ${response.status}`);
  }
  const reply = Buffer.from(await response.arrayBuffer());
  const stamped = reply.length <= mostBytes ? readStamp(reply) : undefined;
  if (!stamped?.imprint.equals(imprintOf(text)) || !stamped.nonce.equals(nonce))
    throw new Error('the time stamping authority stamped nothing, or something else');
  return reply;
}

/** When a text was stamped, ISO 8601, by a reply that was kept; undefined where the reply is not about this text. */
export function stampedAt(reply: Buffer, text: string): string | undefined {
  const stamped = readStamp(reply);
  return stamped?.imprint.equals(imprintOf(text)) ? stamped.at : undefined;
}

const imprintOf = (text: string) => createHash('sha256').update(text).digest();

/** What a reply says; undefined where nothing was stamped. */
function readStamp(reply: Buffer): { imprint: Buffer; nonce: Buffer; at: string } | undefined {
  try {
    const { status, timeStampToken } = AsnConvert.parse(reply, TimeStampResp);
    if (status.status > PKIStatus.grantedWithMods || !timeStampToken) return undefined;
    const token = AsnConvert.parse(AsnConvert.serialize(timeStampToken), ContentInfo);
    const { single } = AsnConvert.parse(token.content, SignedData).encapContentInfo.eContent ?? {};
    if (!single) return undefined;
    const { messageImprint, nonce, genTime } = AsnConvert.parse(single.buffer, TSTInfo);
    if (messageImprint.hashAlgorithm.algorithm !== sha256) return undefined;
    return {
      imprint: Buffer.from(messageImprint.hashedMessage.buffer),
      nonce: Buffer.from(nonce ?? new ArrayBuffer()),
      at: genTime.toISOString(),
    };
  } catch {
    return undefined;
  }
}

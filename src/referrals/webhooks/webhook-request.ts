import { lookup as resolve } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { type Fault, faultOf, type Outcome } from './webhook.rules.ts';

/** A whole call, from the name to the end of the answer. */
const timeoutMilliseconds = 10_000;
/** More of an answer than this is not read; its status is known by then. */
const mostBytes = 64 * 1024;

class PrivateAddress extends Error {}

/** The part of IPv6 from which addresses of the public internet are given out (RFC 4291); nobody has one outside it. */
const givenOut = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an address is one of the public internet. One of IPv6 that leads to an IPv4 address is as public as that. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const read = ipaddr.process(address);
  if (read.range() !== 'unicast') return false;
  if (!(read instanceof ipaddr.IPv6)) return true;
  const inside = tunnelledIn(read);
  return read.match(givenOut) && (!inside || isPublicAddress(inside));
}

/** The IPv4 address to which a network with ISATAP (RFC 5214) hands on what goes to such an address of its own. */
function tunnelledIn({ parts }: ipaddr.IPv6): string | undefined {
  const [high, low] = parts.slice(6) as [number, number];
  const isTunnel = (parts[4] === 0 || parts[4] === 0x200) && parts[5] === 0x5efe;
  return isTunnel ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined;
}

/** Resolves a name and refuses it when any of its addresses is private; the connection is made to what was checked. */
const publicOnly: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.length || addresses.some(({ address }) => !isPublicAddress(address)))
      return callback(new PrivateAddress(), []);
    if (options.all) return callback(null, addresses);
    return callback(null, addresses[0]!.address, addresses[0]!.family);
  });
};

/**
 * Posts a signed body to an endpoint. Redirects are not followed and nothing of the answer is kept
 * but its status, so that an endpoint can neither lead us inside nor fill our memory.
 * @param isAllowed whether the configuration allows this host to be inside a private network
 */
export function post(
  url: URL,
  headers: Record<string, string>,
  body: string,
  isAllowed: boolean,
): Promise<Outcome> {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (!isAllowed && isIP(literal) && !isPublicAddress(literal))
    return Promise.resolve({ status: null, fault: 'private_address' });
  return new Promise((done) => {
    let status: number | null = null;
    const end = (fault: Fault | null) => {
      clearTimeout(timer);
      done({ status, fault });
      request.destroy();
    };
    const request = (url.protocol === 'https:' ? https : http).request(
      url,
      {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
        },
        agent: false,
        ...(!isAllowed && { lookup: publicOnly }),
      },
      (answer) => {
        status = answer.statusCode!;
        let read = 0;
        answer.on('data', (chunk: Buffer) => {
          read += chunk.length;
          if (read > mostBytes) end(faultOf(status!));
        });
        answer.on('end', () => end(faultOf(status!)));
        answer.on('error', () => end(faultOf(status!)));
      },
    );
    const timer = setTimeout(() => end(status === null ? 'timeout' : faultOf(status)), timeoutMilliseconds);
    request.on('error', (error) => end(faultOfError(error)));
    request.end(body);
  });
}

function faultOfError(error: Error & { code?: string }): Fault {
  if (error instanceof PrivateAddress) return 'private_address';
  const { code = '' } = error;
  return /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code) ? 'certificate' : 'unreachable';
}

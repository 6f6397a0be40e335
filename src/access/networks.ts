import ipaddr from 'ipaddr.js';
import { invalid } from '../shared/problem.ts';

/**
 * Networks as they are kept, in CIDR: a single address is a network of its own.
 * @throws Problem `invalid`, by its place in the list
 */
export function networksOf(given: string[]): string[] {
  return given.map((text, place) => {
    const network = networkOf(text.trim());
    if (!network)
      throw invalid({
        pointer: `/addresses/${place}`,
        message: 'Give an address like 192.0.2.7, or a network like 192.0.2.0/24.',
      });
    return network;
  });
}

/** IPv4 is four numbers: what is shorter is read in ways that nobody means. One that is written as IPv6 is IPv4. */
function networkOf(text: string): string | undefined {
  const [given = '', bits, ...more] = text.split('/');
  const isWhole =
    ipaddr.IPv4.isValidFourPartDecimal(given) || (given.includes(':') && ipaddr.IPv6.isValid(given));
  if (!isWhole || more.length) return undefined;
  const address = ipaddr.process(given);
  const longest = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return `${address}/${longest}`;
  const isMapped = given.includes(':') && longest === 32;
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) - (isMapped ? 96 : 0) : -1;
  return length >= 0 && length <= longest ? `${address}/${length}` : undefined;
}

/** Whether an address is in one of the networks. */
export function isWithin(address: string, networks: string[]): boolean {
  if (!ipaddr.isValid(address)) return false;
  const at = ipaddr.process(address);
  return networks.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return base.kind() === at.kind() && at.match([base, bits] as never);
  });
}

import ipaddr from 'ipaddr.js';

/** What may name proxies: this machine, or one of the private networks, which is too many. */
const names = ['loopback', 'linklocal', 'uniquelocal'];

/** Of whom the word on who calls is taken: so many proxies one behind the other, or those at these addresses and networks. */
export function proxiesIn(setting: string): number | string[] {
  if (/^\d+$/.test(setting.trim())) return Number(setting);
  return setting
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Whether a network has more machines than the proxies of one place: more than 256 addresses, or half of what IPv6 gives a desk. */
export function isTooWide(network: string): boolean {
  if (names.includes(network)) return network !== 'loopback';
  const [address = '', bits] = network.split('/');
  if (!ipaddr.isValid(address)) return true;
  if (bits === undefined) return false;
  return Number(bits) < (ipaddr.parse(address).kind() === 'ipv4' ? 24 : 96);
}

/** The same for Fastify. */
export function trustIn(setting: string): string[] | ((address: string, hop: number) => boolean) {
  const proxies = proxiesIn(setting);
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxies;
}

import { normalizeIP } from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import type { Whence } from '../shared/actor.ts';

/** From where a request comes. */
export const whenceOf = ({ ip, headers }: FastifyRequest): Whence => ({
  address: ip,
  browser: browserName(headers['user-agent'] ?? ''),
});

/** The network of an address: of IPv6 the half that one household or desk has, else the address. */
export const networkOf = (address: string): string => (address ? normalizeIP(address, 64) : '');

const browsers: [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/(Firefox|FxiOS)\//, 'Firefox'],
  [/(HeadlessChrome|Chrome|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/CrOS/, 'ChromeOS'],
  [/Macintosh|Mac OS X/, 'Mac'],
  [/Linux/, 'Linux'],
];

/** A browser as its owner would call it, such as “Firefox on Windows”; what it says of itself may be made up, and is never kept. */
export function browserName(userAgent: string): string {
  const of = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = of(browsers);
  const system = of(systems);
  if (!browser && !system) return userAgent ? 'Another browser' : '';
  return [browser ?? 'A browser', system && `on ${system}`].filter(Boolean).join(' ');
}

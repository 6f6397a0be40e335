import fc from 'fast-check';
import type { Random } from '../demonstration/random.ts';
import type { Json } from './document.ts';

const deep = (depth: number): Json => (depth ? { a: [deep(depth - 1)] } : 1);

/** Texts that some program somewhere has taken badly. */
const texts = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udc00b',
  '\u202Eabc\u202C',
  '\u200F\u2066x',
  'e\u0301\u0301\u0301\u0301',
  'Z\u0351\u036B\u0343'.repeat(60),
  '\uFEFFa',
  '👩‍👩‍👧‍👦',
  '٣',
  '1e400',
  '-0',
  'NaN',
  'Infinity',
  '0x10',
  'null',
  'undefined',
  'true',
  '[object Object]',
  '__proto__',
  'constructor',
  "'; drop table event; --",
  '%00',
  '%',
  '_%',
  '=1+1',
  '{{7*7}}',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  '..\\..\\boot.ini',
  'a\r\nb: c',
  '\t\u000B\f',
  'x'.repeat(5_000),
  'ß'.repeat(300),
  '2026-02-30',
  '2026-13-01',
  '0000-00-00',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '10000-01-01',
  '-000001-01-01',
  '2026-11-23T25:00:00Z',
  '2026-11-23T12:00:00+99:00',
  '2026-10-25T01:30:00',
  '2016-12-31T23:59:60Z',
  '24:00',
  '23:60',
  '99:99',
  '1900-02-29',
  'infinity',
  '-infinity',
  'epoch',
  'now',
  '00000000-0000-0000-0000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '{0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e}',
  '0193594E-6C00-7A4B-9F0E-2F4B7A1C5D3E',
  '0193594e6c007a4b9f0e2f4b7a1c5d3e',
  'a@b',
  '"a b"@example.org',
  'a@[127.0.0.1]',
  'javascript:alert(1)',
  'https://[::1]/',
  'https://user:word@clinic.example/',
  '+44 7700 900123 ext. 5',
  '07700900123',
  '999',
];
const numbers = [
  -1,
  0,
  -0,
  1,
  0.1,
  2 ** 31,
  2 ** 31 - 1,
  -(2 ** 31) - 1,
  2 ** 53,
  1e21,
  1e308,
  -1e308,
  5e-324,
];

/** A value that stands where no schema wants it, or at the edge of what one allows. */
export function createOdd(seed: number) {
  const found = {
    text: fc.sample(fc.string({ unit: 'binary', maxLength: 40 }), { seed, numRuns: 200 }),
    json: fc.sample(fc.jsonValue() as fc.Arbitrary<Json>, { seed, numRuns: 200 }),
  };
  const text = (random: Random): string =>
    random.chance(0.8) ? random.pick(texts) : random.pick(found.text);
  return {
    text,
    json(random: Random): Json {
      const kind = random.between(0, 9);
      if (kind < 5) return text(random);
      if (kind < 7) return random.pick(numbers);
      if (kind === 7) return random.pick<Json>([null, true, false, [], {}, [[]], [null], { __proto__x: 1 }]);
      return kind === 8 ? deep(random.pick([3, 50, 500])) : random.pick(found.json);
    },
  };
}
export type Odd = ReturnType<typeof createOdd>;

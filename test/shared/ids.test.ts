import fc from 'fast-check';
import t from 'tap';
import { readAssetTag } from '../../src/shared/codes.ts';
import { codeOf, readCode } from '../../src/shared/ids.ts';

t.test('codes are one-to-one and look unlike their neighbours', async (t) => {
  const codes = Array.from({ length: 50_000 }, (_, place) => codeOf(place + 1));
  t.equal(new Set(codes).size, codes.length);
  t.ok(codes.slice(1, 200).every((code, place) => code.slice(0, 2) !== codes[place]!.slice(0, 2)));
  t.throws(() => codeOf(0), RangeError);
  t.throws(() => codeOf(32 ** 5), RangeError);
});

const number = fc.integer({ min: 1, max: 32 ** 5 - 1 });

t.test('the check character catches any wrong character and any swap of neighbours', async (t) => {
  fc.assert(
    fc.property(
      number,
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'),
      (n, place, other) => {
        const code = codeOf(n);
        const wrong = code.slice(0, place) + other + code.slice(place + 1);
        return wrong === code ? readCode(wrong) === code : readCode(wrong) === null;
      },
    ),
  );
  fc.assert(
    fc.property(number, fc.integer({ min: 0, max: 4 }), (n, place) => {
      const code = codeOf(n);
      const swapped = code.slice(0, place) + code[place + 1] + code[place] + code.slice(place + 2);
      return swapped === code || readCode(swapped) === null;
    }),
  );
  t.pass('for random codes');
});

t.test('a tag is read as people type it', async (t) => {
  const tag = `LW-${codeOf(7)}`;
  t.equal(readAssetTag(` ${tag.toLowerCase()} `), tag);
  t.equal(readAssetTag(tag.replace('-', '')), tag);
  const withZero = Array.from({ length: 200 }, (_, n) => codeOf(n + 1)).find(
    (code) => code.includes('0') && code.includes('1'),
  )!;
  t.equal(readAssetTag(`LW-${withZero.replaceAll('0', 'o').replaceAll('1', 'l')}`), `LW-${withZero}`);
  t.equal(readAssetTag('LW-12345'), null);
  t.equal(readAssetTag('hello'), null);
});

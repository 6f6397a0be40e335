import fc from 'fast-check';
import t, { type Test } from 'tap';
import { readEmail } from '../../src/shared/email.ts';
import { readPhoneNumber, senderNumber, showPhoneNumber } from '../../src/shared/phone.ts';
import { readPostalAddress } from '../../src/shared/postal-address.ts';
import { faultOf, type Reading } from '../../src/shared/reading.ts';
import { allAsSeen, asSeen, lineFault, textFault } from '../../src/shared/seen.ts';

const keptOf = (reading: Reading) => ('value' in reading ? reading.value : null);
const fixedPoint = (t: Test, read: (text: string) => Reading, typed: string) => {
  const once = keptOf(read(typed));
  if (once !== null) t.equal(keptOf(read(once)), once, 'what is kept is read as itself');
};

t.test('text is what people see', async (t) => {
  const seen: [string, string][] = [
    ['\u202amo.six@example.com\u202c', 'mo.six@example.com'],
    ['Jo\u200bhn Sm\u00adith\ufeff', 'John Smith'],
    ['Jo\u200dhn', 'John'],
    ['Amal\u00a0Example \u3000', 'Amal Example'],
    ['1\ufe0f', '1'],
    ['one\r\ntwo\u2028three\u000bfour', 'one\ntwo\nthree\nfour'],
    ['Jose\u0301', 'José'],
    ['\u3164\u2800', ''],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['👩\u200d👩\u200d👧 ❤\ufe0f', '👩\u200d👩\u200d👧 ❤\ufe0f'],
  ];
  for (const [typed, kept] of seen) t.equal(asSeen(typed), kept);
  t.strictSame(allAsSeen({ a: ['\u200bx'], password: '\u200bx', b: { csv: ' x' } }), {
    a: ['x'],
    password: '\u200bx',
    b: { csv: ' x' },
  });
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => asSeen(asSeen(text)) === asSeen(text)));
});

t.test('lines and texts have no control characters', async (t) => {
  for (const fine of ['Amal', 'Ay\u2019s', '👩\u200d👧']) t.equal(lineFault(fine), null, fine);
  t.equal(lineFault('Eve\nBcc: x'), 'Write this on one line.');
  for (const bad of ['\u0007', 'a\u001b[31m', 'a\tb', '\u0085'])
    t.match(lineFault(bad), 'control characters', JSON.stringify(bad));
  t.equal(textFault('one\n\ttwo'), null);
  t.match(textFault('a\u001b[31m'), 'control characters');
});

t.test('email addresses', async (t) => {
  const kept: [string, string][] = [
    ['amal@example.com', 'amal@example.com'],
    [' \u202aMo.Six@example.com\u202c\n', 'Mo.Six@example.com'],
    ['mo\u200b.six@exam\u00adple.com', 'mo.six@example.com'],
    ['ａｍａｌ＠example．com', 'amal@example.com'],
    ["o'neil+kit@sub.example.co.uk", "o'neil+kit@sub.example.co.uk"],
    ['amal@bücher.example', 'amal@xn--bcher-kva.example'],
  ];
  for (const [typed, value] of kept) t.strictSame(readEmail(typed), { value }, typed);
  const refused: [string, string][] = [
    ['amal@example.com,', '“,”'],
    ['a,b@c.example', '“,”'],
    ['a;b@c.example', '“;”'],
    ['g:a@b.example;', '“:”'],
    ['<a@b.example>', '“<”'],
    ['"a"@b.example', '“"”'],
    ['a@[127.0.0.1]', '“[”'],
    ['Mo Six <mo@example.com>', 'spaces'],
    ['mo six@example.com', 'spaces'],
    ['a@b.example, c@d.example', 'one address alone'],
    ['a@b.example.', 'full stop'],
    ['.a@b.example', 'full stop'],
    ['a..b@b.example', 'full stop'],
    ['a@b..example', 'full stop'],
    ['a@example', 'after the @'],
    ['a@127.0.0.1', 'after the @'],
    ['a@-b.example', 'after the @'],
    ['amal', 'Give an email address'],
    ['@example.com', 'Give an email address'],
    ['\u200b', 'Give an email address'],
    [`${'a'.repeat(65)}@b.example`, 'too long'],
    ['раypal@example.com', '“р”'],
  ];
  for (const [typed, why] of refused) t.match(faultOf(readEmail(typed)), why, typed);
  fc.assert(
    fc.property(fc.emailAddress(), (address) => {
      const once = readEmail(address);
      return 'fault' in once || keptOf(readEmail(once.value)) === once.value;
    }),
  );
});

t.test('phone numbers with what belongs to them, and nothing else', async (t) => {
  const kept: [string, string, string][] = [
    ['020 7946 0018', '+442079460018', '020 7946 0018'],
    ['020 7946 0018 ext 12', '+442079460018;ext=12', '020 7946 0018 ext. 12'],
    ['020 7946 0018 x12', '+442079460018;ext=12', '020 7946 0018 ext. 12'],
    ['(020) 7946-0018, extension 0012', '+442079460018;ext=0012', '020 7946 0018 ext. 0012'],
    ['+33 1 42 68 53 00 ext 7', '+33142685300;ext=7', '+33 1 42 68 53 00 ext. 7'],
    ['+44 (0)20 7946 0018', '+442079460018', '020 7946 0018'],
    ['07700\u2011900\u200b123\ufe0f', '+447700900123', '07700 900 123'],
    ['０７７００ ９００１２３', '+447700900123', '07700 900 123'],
    ['0300 123 4567', '+443001234567', '0300 123 4567'],
    ['0800 123 4567', '+448001234567', '0800 123 4567'],
  ];
  for (const [typed, value, shown] of kept) {
    t.strictSame(readPhoneNumber(typed, true), { value }, typed);
    t.equal(showPhoneNumber(value), shown);
    for (const again of [value, shown]) t.strictSame(readPhoneNumber(again, true), { value }, again);
  }
  const refused: [string, 'call' | 'text', string][] = [
    ['07700 900123 (mum)', 'text', 'number alone'],
    ['mum 07700 900123', 'call', 'number alone'],
    ['020 7946 0018 ext 12 mum', 'call', 'number alone'],
    ['07700 900123 or 07700 900124', 'call', 'real phone number'],
    ['020 7946 0018 ext 12', 'text', 'extension'],
    ['020 7946 0018', 'text', 'landline'],
    ['0800 123 4567', 'text', 'no mobile'],
    ['070 1234 5678', 'text', 'no mobile'],
    ['0906 123 4567', 'call', 'cost more'],
    ['0845 123 4567', 'call', 'cost more'],
    ['07640 123456', 'call', 'cost more'],
    ['+1 900 555 0100', 'text', 'cost more'],
    ['hello', 'call', 'real phone number'],
    ['07700 90012', 'call', 'real phone number'],
  ];
  for (const [typed, use, why] of refused) t.match(faultOf(readPhoneNumber(typed, true, use)), why, typed);
  for (const mobile of ['07700 900123', '+353 87 123 4567', '+1 212 555 0100', '07911 123456'])
    t.ok(keptOf(readPhoneNumber(mobile, true, 'text')), mobile);
  t.equal(
    keptOf(readPhoneNumber('07700 900123', false, 'text')),
    null,
    'drama numbers only where they may be',
  );
});

t.test('the number that a text came from', async (t) => {
  const senders: [string, string][] = [
    ['353871234567', '+353871234567'],
    ['447700900123', '+447700900123'],
    ['+447700900123', '+447700900123'],
    ['07700900123', '+447700900123'],
    ['442079460018', '+442079460018'],
    ['NHS', 'NHS'],
    ['60006', '60006'],
    ['GOV.UK', 'GOV.UK'],
    ['', ''],
  ];
  for (const [told, number] of senders) {
    t.equal(senderNumber(told), number, told);
    t.equal(senderNumber(number), number);
  }
});

t.test('addresses of letters', async (t) => {
  const kept: [string, string][] = [
    ['1 Elm Street\nLondon\nN1  1AA', '1 Elm Street\nLondon\nN1 1AA'],
    ['1 Elm Street,\n\nLondon,\n n11aa ', '1 Elm Street\nLondon\nN1 1AA'],
    ['1 Elm Street\nEC1A1BB', '1 Elm Street\nEC1A 1BB'],
  ];
  for (const [typed, value] of kept) {
    t.strictSame(readPostalAddress(typed), { value }, typed);
    fixedPoint(t, readPostalAddress, typed);
  }
  const refused: [string, string][] = [
    ['N1 1AA', 'house and street'],
    ['1 Elm Street, London N1 1AA', 'postcode alone'],
    ['1 Elm Street\nLondon', 'postcode alone'],
    ['1 Elm Street\nZZ1 1AA', 'postcode alone'],
    ['1 Elm Street\nN1 1CA', 'postcode alone'],
    ['No fixed abode\nLondon\nN1 1AA', 'collection point'],
    ['NFA\nN1 1AA', 'collection point'],
    ['(flat) 2\nElm Street\nN1 1AA', 'Begin each line'],
    ['a\nb\nc\nd\ne\nf\nN1 1AA', 'at most 6'],
    ['', 'postcode alone'],
  ];
  for (const [typed, why] of refused) t.match(faultOf(readPostalAddress(typed)), why, typed);
});

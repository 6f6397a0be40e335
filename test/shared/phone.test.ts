import t from 'tap';
import { phoneNumber, showPhoneNumber } from '../../src/shared/phone.ts';

t.test('numbers are kept as E.164; drama numbers only where they are allowed', async (t) => {
  t.equal(phoneNumber('07700 900 123', true), '+447700900123');
  t.equal(phoneNumber('07700 900 123', false), null);
  t.equal(phoneNumber('020 7946 0123', false), '+442079460123');
  t.equal(phoneNumber('+33 1 42 68 53 00', false), '+33142685300');
  for (const not of ['', '12', 'hello', '+44']) t.equal(phoneNumber(not, true), null, not);
});

t.test('numbers are shown as people read them, and what is none as it is', async (t) => {
  t.equal(showPhoneNumber('+447700900123'), '07700 900 123');
  t.equal(showPhoneNumber('+442079460123'), '020 7946 0123');
  t.equal(showPhoneNumber('+33142685300'), '+33 1 42 68 53 00');
  t.equal(showPhoneNumber('someone@example.com'), 'someone@example.com');
});

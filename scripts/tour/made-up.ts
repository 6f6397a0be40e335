import { randomInt, randomUUID } from 'node:crypto';
import { readNhsNumber } from '../../src/people/patient.rules.ts';
import { luhn } from '../../src/shared/codes.ts';

function randomDigits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('');
}

export function randomCode(): string {
  return randomUUID().replaceAll('-', '').slice(0, 11).toUpperCase();
}

/** Of the range that is kept for tests. */
export function randomNhsNumber(): string {
  for (;;) {
    const number = readNhsNumber(`999${randomDigits(7)}`);
    if (number) return number;
  }
}

export function randomIccid(): string {
  const start = `8944${randomDigits(14)}`;
  return start + [...'0123456789'].find((digit) => luhn(start + digit));
}

import type { FieldError } from '../../shared/problem.ts';

/** What is known of an area: a postcode district such as N1, or a sector such as N1 9, and its band from 1 to 10. */
export type AreaBand = { area: string; band: number };

/** The districts and sectors of the United Kingdom are about 14,000. */
export const mostAreas = 20_000;
/** So many faults of lines are told; who has more has another file in hand. */
const mostTold = 5;

const district = /^[A-Z]{1,2}\d[A-Z\d]?$/;
const sector = /^[A-Z]{1,2}\d[A-Z\d]? \d$/;
const whole = /^([A-Z]{1,2}\d[A-Z\d]?)(\d)[A-Z]{2}$/;

const plain = (text: string) => text.trim().toUpperCase().replaceAll(/\s+/g, ' ');

/**
 * The areas that a postcode lies in, the narrower first: `n1 9gu` as N1 9 and N1. A sector or a district stands for itself.
 * Nothing where it is none.
 */
export function areasOf(postcode: string): string[] {
  const text = plain(postcode);
  const [, outward, digit] = whole.exec(text.replaceAll(' ', '')) ?? [];
  if (outward) return [`${outward} ${digit}`, outward];
  if (sector.test(text)) return [text, text.split(' ')[0]!];
  return district.test(text) ? [text] : [];
}

/**
 * Lines as they were pasted, each an area and its band parted by a comma, a semicolon or a tab: `N1 9, 3`. Headings that
 * have no number are passed over in the first line; quotes are taken off.
 * @returns faults by their lines where there are any
 */
export function readAreas(lines: string): { areas: AreaBand[]; faults: FieldError[] } {
  const found = new Map<string, number>();
  const faults: FieldError[] = [];
  const fault = (at: number, message: string) =>
    faults.push({ pointer: '/lines', message: `Line ${at + 1}: ${message}` });
  for (const [at, text] of lines.split(/\r?\n/).entries()) {
    if (!text.trim()) continue;
    const [name, band, ...more] = text.split(/[,;\t]/).map((cell) => plain(cell.replaceAll('"', '')));
    if (at === 0 && band && !/\d/.test(band)) continue;
    if (!name || !band || more.some(Boolean)) fault(at, 'give an area and its band, such as N1 9, 3.');
    else if (!district.test(name) && !sector.test(name))
      fault(at, 'give a postcode district or sector, such as N1 or N1 9.');
    else if (!/^([1-9]|10)$/.test(band)) fault(at, 'give a band from 1 to 10.');
    else if (found.has(name)) fault(at, 'this area stands in an earlier line already.');
    else found.set(name, Number(band));
  }
  const areas = [...found].map(([area, band]) => ({ area, band }));
  if (!areas.length && !faults.length)
    faults.push({ pointer: '/lines', message: 'Give at least one area with its band.' });
  if (areas.length > mostAreas)
    faults.push({ pointer: '/lines', message: `Give at most ${mostAreas} areas.` });
  return { areas, faults: faults.slice(0, mostTold) };
}

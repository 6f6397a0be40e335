import type { Reading } from './reading.ts';

/** The lines below the name. */
const [fewest, most] = [2, 6];

/** Postcode areas, with which every postcode begins. Source: Royal Mail. */
const areas =
  'AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|GY|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE';
const postcode = new RegExp(`^((?:${areas})\\d[A-Z\\d]?)(\\d[ABD-HJLNP-UW-Z]{2})$`);

/**
 * The address of a letter as it is kept: its lines, the last of them a postcode as it is printed. With
 * the name above them GOV.UK Notify takes it: 3 to 7 lines that end with a UK postcode, and not "no fixed abode".
 * Source: alphagov/notifications-utils, recipient_validation/postal_address.py.
 */
export function readPostalAddress(address: string): Reading {
  const lines = address
    .split('\n')
    .map((line) => line.trim().replace(/[\s,]+$/, ''))
    .filter(Boolean);
  if (lines.some((line) => /^n\.?f\.?a\.?$/i.test(line) || /no fixed (abode|address)/i.test(line)))
    return {
      fault:
        'A letter needs an address. Leave this way out, and say in the collection point where letters can be collected.',
    };
  const odd = lines.map((line) => /^[@()=[\]"\\/,<>~]/.exec(line)?.[0]).find(Boolean);
  if (odd) return { fault: `Begin each line with a letter or a number, not with “${odd}”.` };
  const [, out, within] = postcode.exec((lines.pop() ?? '').replaceAll(' ', '').toUpperCase()) ?? [];
  if (!out) return { fault: 'Give the address as lines, the last of them a UK postcode alone, like N1 1AA.' };
  if (lines.length + 1 < fewest)
    return { fault: 'Give the address as lines: the house and street, and below them the postcode.' };
  if (lines.length + 1 > most) return { fault: `Give the address in at most ${most} lines.` };
  return { value: [...lines, `${out} ${within}`].join('\n') };
}

/** Whether the lines of an address, with the name above them, can be posted. */
export const isDeliverable = (address: string): boolean => 'value' in readPostalAddress(address);

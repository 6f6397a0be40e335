import { sql } from 'kysely';
import type { Action } from '../access/permissions.ts';
import type { Reader } from '../shared/database.ts';

/** What a scheme begins with, in order. A step shows once its page exists, to those who may do it. */
const steps: { href: string; action: Action; link: string; text: string }[] = [
  {
    href: '/settings/locations',
    action: 'settings.change',
    link: 'Add your locations',
    text: 'where stock is kept, and the places that borrow shared kit',
  },
  {
    href: '/settings/clinics',
    action: 'settings.change',
    link: 'Add your clinics',
    text: 'who refers patients to you',
  },
  {
    href: '/loans/take-over',
    action: 'loans.take-over',
    link: 'Take over what is already out',
    text: 'from the spreadsheet you had until now, if you lent before',
  },
  {
    href: '/donations/new',
    action: 'donations.record',
    link: 'Record a donation',
    text: 'its devices get their asset tags, and are then prepared',
  },
];

/** The first steps while there is no device at all; none afterwards. */
export async function firstSteps(db: Reader, exists: (href: string) => boolean): Promise<typeof steps> {
  const { rows } = await sql<{ isEmpty: boolean }>`/* today.is-empty */
    select not exists (select from device) as "isEmpty"`.execute(db);
  return rows[0]!.isEmpty ? steps.filter(({ href }) => exists(href)) : [];
}

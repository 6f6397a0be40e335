import { count, date } from '../shared/formats.ts';
import type { ShownPatient } from './contact.rules.ts';
import { mayContact } from './reach.rules.ts';

type Ahead = { step: string; dueOn: string };

/** How it stands with a person, in one sentence: what they have, and what comes next. */
export function patientStanding({ loans, erasedAt }: ShownPatient, next: Ahead | undefined): string {
  if (erasedAt) return '';
  const open = loans.filter(({ status }) => status === 'open').length;
  const has = open ? `${count(open, 'loan')} open` : 'Nothing is on loan';
  return `${has}. ${next ? `Next: ${next.step.toLowerCase()} on ${date(next.dueOn)}.` : 'No follow-up is planned.'}`;
}

/**
 * The number to press on a person’s page: the first that is safe, where they may be rung at all and nobody is to be rung
 * before them.
 * @param today civil date
 */
export function numberToRing(patient: ShownPatient, today: string) {
  if (patient.erasedAt || !mayContact(patient, today) || patient.trustedPerson?.first) return undefined;
  return patient.contactPoints.find(
    ({ channel, state }) => state === 'safe' && (channel === 'phone' || channel === 'sms'),
  );
}

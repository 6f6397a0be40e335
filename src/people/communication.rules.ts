import { Temporal } from 'temporal-polyfill';
import type { Patient } from './patient.schemas.ts';

type Communication = Pick<
  Patient,
  'communicationNeeds' | 'language' | 'interpreter' | 'communicationReviewedOn'
>;

/** Whether a way to communicate is recorded at all. */
export function hasCommunicationNeeds({
  communicationNeeds = [],
  language,
  interpreter,
}: {
  communicationNeeds?: string[] | undefined;
  language?: string | null | undefined;
  interpreter?: boolean | undefined;
}): boolean {
  return communicationNeeds.length > 0 || Boolean(language) || interpreter === true;
}

/**
 * When the person is to be asked again how to communicate: a year after they last confirmed it; null where
 * nothing is recorded. Source: Accessible Information Standard (DAPB1605), which wants needs reviewed regularly.
 */
export function communicationReviewDue(patient: Communication): string | null {
  if (!hasCommunicationNeeds(patient) || !patient.communicationReviewedOn) return null;
  return Temporal.PlainDate.from(patient.communicationReviewedOn).add({ years: 1 }).toString();
}

import type { ContactState } from '../people/contact-state.rules.ts';
import type { Patient } from '../people/patient.schemas.ts';
import {
  isSameValue,
  stricterChoice,
  stricterPoint,
  stricterTrust,
  stricterWording,
} from '../people/stricter.rules.ts';
import type { Merged } from './merge.schemas.ts';

/** Where rows are of a patient, in the order in which they are locked: they go over in a merge, and back when the two are parted. */
export const movedTables = [
  'referral',
  'loan',
  'patient_plan',
  'follow_up',
  'incident',
  'reminder',
  'message',
  'drop_in_person',
  'invitation',
  'measure_asking',
  'handout',
  'story',
] as const;

type Point = Patient['contactPoints'][number];

/**
 * What the record that stays says once another is merged into it: on contact the stricter word of the two,
 * of communication needs all, and what it did not know is filled in from the other.
 */
export function mergedFields(stays: Patient, goes: Patient): Merged {
  return {
    preferredName: stays.preferredName ?? goes.preferredName,
    dateOfBirth: stays.dateOfBirth ?? goes.dateOfBirth,
    nhsNumber: stays.nhsNumber ?? goes.nhsNumber,
    noNhsNumberReason: stays.noNhsNumberReason ?? goes.noNhsNumberReason,
    address: stays.address ?? (stays.noFixedAbode ? null : goes.address),
    noFixedAbode: stays.noFixedAbode || (!stays.address && !goes.address && goes.noFixedAbode),
    collectionPoint: stays.collectionPoint ?? goes.collectionPoint,
    communicationNeeds: [...new Set([...stays.communicationNeeds, ...goes.communicationNeeds])],
    language: stays.language ?? goes.language,
    interpreter: stays.interpreter || goes.interpreter,
    trustedPerson:
      stricterTrust(stays.trustedPerson, goes.trustedPerson && { first: false, ...goes.trustedPerson }) ??
      goes.trustedPerson,
    wording: stricterWording(stays.wording, goes.wording),
    contactChoice: stricterChoice(stays.contactChoice, goes.contactChoice),
    dataReminders: stays.dataReminders && goes.dataReminders,
    points: stays.contactPoints.map((point) => stricterPoint(point, goes.contactPoints)),
  };
}

/** The contact points that the record that stays does not have, with the stricter word of the two on each. */
export function newPoints(stays: Patient, goes: Patient): Point[] {
  const isThere = (point: Point) =>
    stays.contactPoints.some((known) => known.channel === point.channel && isSameValue(known, point));
  return goes.contactPoints
    .filter((point) => !isThere(point))
    .map((point) => ({ ...point, ...stricterPoint(point, stays.contactPoints) }));
}

const strictness: ContactState[] = ['open', 'paused', 'withdrawn', 'deceased'];

/** Which of two states of contact holds for one person: the stricter, and of two pauses the longer. */
export function stricterState(
  one: Pick<Patient, 'contactState' | 'pausedUntil'>,
  other: Pick<Patient, 'contactState' | 'pausedUntil'>,
): Pick<Patient, 'contactState' | 'pausedUntil'> {
  const rank = ({ contactState }: typeof one) => strictness.indexOf(contactState);
  if (rank(one) !== rank(other)) return rank(one) > rank(other) ? one : other;
  return (one.pausedUntil ?? '') >= (other.pausedUntil ?? '') ? one : other;
}

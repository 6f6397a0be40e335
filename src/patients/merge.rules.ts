import type { ContactState } from './contact-state.rules.ts';
import type { Patient } from './patient.schemas.ts';
import { commonHours } from './proposal.rules.ts';

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
] as const;

type Point = Patient['contactPoints'][number];

/** What a merge writes to the record that stays. */
export type Merged = Pick<
  Patient,
  | 'preferredName'
  | 'dateOfBirth'
  | 'nhsNumber'
  | 'noNhsNumberReason'
  | 'address'
  | 'noFixedAbode'
  | 'collectionPoint'
  | 'communicationNeeds'
  | 'language'
  | 'interpreter'
  | 'trustedPerson'
  | 'wording'
  | 'contactChoice'
  | 'dataReminders'
> & { points: Pick<Point, 'id' | 'safe' | 'safeFrom' | 'voicemailOk' | 'hours'>[] };

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
    trustedPerson: stays.trustedPerson ?? goes.trustedPerson,
    wording: stays.wording === 'identified' && goes.wording === 'identified' ? 'identified' : 'discreet',
    contactChoice: goes.contactChoice === 'patient_contacts_us' ? 'patient_contacts_us' : stays.contactChoice,
    dataReminders: stays.dataReminders && goes.dataReminders,
    points: stays.contactPoints.map((point) => stricter(point, goes.contactPoints)),
  };
}

function stricter(point: Point, others: Point[]): Merged['points'][number] {
  const { id, safe, safeFrom, voicemailOk, hours } = point;
  const isSame = (other: Point) => other.value.toLowerCase() === point.value.toLowerCase();
  const same = others.find((other) => isSame(other) && other.channel === point.channel);
  const isSafe = safe && !others.some((other) => isSame(other) && (!other.safe || other.stoppedAt));
  const common = same?.hours?.length ? commonHours(hours, same.hours) : hours;
  const keeps = isSafe && (common === null || common.length > 0);
  return {
    id,
    safe: keeps,
    safeFrom: keeps ? safeFrom : null,
    voicemailOk: voicemailOk && same?.voicemailOk !== false,
    hours: common?.length ? common : hours,
  };
}

/** The contact points that the record that stays does not have; not safe where it says so of the same value. */
export function newPoints(stays: Patient, goes: Patient): Point[] {
  const isThere = (point: Point) =>
    stays.contactPoints.some(
      (known) => known.channel === point.channel && known.value.toLowerCase() === point.value.toLowerCase(),
    );
  const isUnsafe = (point: Point) =>
    stays.contactPoints.some(
      (known) => !known.safe && known.value.toLowerCase() === point.value.toLowerCase(),
    );
  return goes.contactPoints
    .filter((point) => !isThere(point))
    .map((point) => (isUnsafe(point) ? { ...point, safe: false, safeFrom: null } : point));
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

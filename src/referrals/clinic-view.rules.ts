import type { PatientSummary } from '../people/patient.schemas.ts';
import type { ReferralStatus } from './referral.rules.ts';
import type { Referral } from './referral.schemas.ts';

/** Statuses in which a referral is over: all that a clinic hears of the status where the patient did not agree to sharing back. */
export const overStatuses = ['closed', 'declined', 'withdrawn'] as const satisfies ReferralStatus[];
const isOver = (status: ReferralStatus) => overStatuses.some((over) => over === status);

/** Events that change what a clinic sees of its referral whatever the patient agreed to: what it is asked, what may be told, and the end. */
export const eventsInAnyCase = [
  'referral.asked',
  'referral.answered',
  'referral.declined',
  'referral.withdrawn',
  'referral.closed',
  'referral.reopened',
  'referral.corrected',
  'referral.sharing_agreed',
  'referral.sharing_refused',
];

const whenOpen =
  'We have no agreement of the patient to tell you how it goes. We ask you when we have a question.';
const whenOver = 'It is over. Refer the patient again if they need something.';

/**
 * A referral as its clinic sees it without the patient's agreement to sharing back: what it wrote itself,
 * what it is asked, and whether it is over. Each field is named, so that a new one is shown only when someone decides so.
 * @param referral as a clinic reads it, with the status and the needs that it is shown
 * @param standing the status behind that
 */
export function withoutSharing(referral: Referral, standing: ReferralStatus): Referral {
  const { status, receivedAt } = referral;
  const questions = referral.questions.filter(({ answer }) => answer !== null || standing === 'asked');
  const end = referral.statusHistory.findLast((past) => isOver(past.status));
  return {
    id: referral.id,
    reference: referral.reference,
    status,
    urgency: referral.urgency,
    clinic: referral.clinic,
    clinicReference: referral.clinicReference,
    patient: referral.patient,
    assignedTo: null,
    needs: referral.needs,
    receivedAt,
    changedAt: referral.changedAt,
    barriers: referral.barriers,
    referrer: referral.referrer,
    consent: referral.consent,
    notes: referral.notes,
    urgencyReason: referral.urgencyReason,
    visitRisks: referral.visitRisks,
    decisionReason: null,
    signposts: [],
    nextStep: isOver(status) ? whenOver : standing === 'asked' ? referral.nextStep : whenOpen,
    statusHistory: [
      { status: 'received', at: receivedAt },
      ...(isOver(status) && end ? [{ status, at: end.at }] : []),
    ],
    questions,
    toldClinic: [],
    withdrawal: status === 'withdrawn' ? referral.withdrawal : null,
    waitingSince: null,
    waitingPosition: null,
    loans: [],
  };
}

/** What a referral gave of who the person is, where their record says otherwise now. */
export function cameAs(
  written: PatientSummary,
  record: PatientSummary,
): { name?: string; dateOfBirth?: string | null } {
  const nameOf = ({ givenName, familyName }: PatientSummary) => `${givenName} ${familyName}`;
  return {
    ...(nameOf(written) !== nameOf(record) && { name: nameOf(written) }),
    ...(written.dateOfBirth !== record.dateOfBirth && { dateOfBirth: written.dateOfBirth }),
  };
}

import type { Action } from '../../access/permissions.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { itemStatuses } from './loan.rules.ts';
import { isOut } from './loan.states.ts';

/** Whose loan it was, and the referral that is open for it. */
type Whose = { patientId: string | null; referralId: string | null };
/** What may be done next: whoever may do it, and where; nowhere when that does not exist. */
type Step = { text: string; by: Action; href(of: Whose): string | false };
type ReasonRule = { words: string; next?: Step[] };

const ofReferral =
  (page = '') =>
  ({ referralId }: Whose) =>
    referralId !== null && `/referrals/${referralId}${page}`;
const ofPatient =
  (page: string) =>
  ({ patientId }: Whose) =>
    patientId !== null && `/patients/${patientId}${page}`;

/**
 * Why something comes back, in the order in which it is asked: the words of it, which blame nobody, and what may help
 * next. It is never asked for, and whoever gives none gets the same.
 */
export const kindsOfReason = {
  done: { words: 'Done with it' },
  own_device: {
    words: 'Has a device of their own now',
    next: [{ text: 'Ask whether support or data go on', by: 'referrals.decide', href: ofReferral() }],
  },
  lost_interest: {
    words: 'Not of interest now',
    next: [
      {
        text: 'Plan a call in some weeks',
        by: 'follow-ups.plan',
        href: ({ patientId }) => patientId !== null && `/follow-ups/new?patientId=${patientId}`,
      },
    ],
  },
  moved: {
    words: 'Moved away',
    next: [
      { text: 'See who helps where they are now', by: 'referrals.decide', href: ofReferral('/assessment') },
      { text: 'Change their address', by: 'patients.change', href: ofPatient('/change') },
    ],
  },
  no_signal: {
    words: 'No signal where they are',
    next: [
      {
        text: 'See whether a dongle on another network would help',
        by: 'referrals.decide',
        href: ofReferral('/assessment'),
      },
    ],
  },
  too_much: {
    words: 'Too much for now',
    next: [
      { text: 'Agree another plan of support', by: 'follow-ups.plan', href: ofPatient('/support') },
      { text: 'Agree a way without a device', by: 'referrals.decide', href: ofReferral('/assessment') },
    ],
  },
  in_hospital: {
    words: 'In hospital',
    next: [
      {
        text: 'Hold a device for when they are back',
        by: 'waiting-list.allocate',
        href: ofReferral('/allocate'),
      },
      {
        text: 'Pause contact, or ring the clinic first',
        by: 'patients.change',
        href: ofPatient('/contact-state'),
      },
    ],
  },
  other: { words: 'Something else' },
} as const satisfies Record<string, ReasonRule>;
export type EndReason = keyof typeof kindsOfReason;
export const endReasons = Object.keys(kindsOfReason) as EndReason[];

/** Reasons as the choices of a form. */
export const reasonChoices = endReasons.map((value) => ({ value, text: kindsOfReason[value].words }));
/** The same where there is no room for words of one's own. */
export const shortReasonChoices = reasonChoices.filter(({ value }) => value !== 'other');

/** What a form says where there are words of a reason, and none of these was chosen. */
export const reasonWords = { 'because.reason': 'Choose the nearest, or “Something else”' };

/** Why something came back, and the same in the words of whoever said it. */
export type Because = { reason: EndReason; words?: string | undefined };

/** What is wrong with a reason, at the pointer where it was given: one of its own has words. */
export function becauseErrors(because: Because | null | undefined, pointer: string): FieldError[] {
  return because?.reason === 'other' && !because.words
    ? [{ pointer: `${pointer}/words`, message: 'Say in a few words what it was.' }]
    : [];
}

/** Why an item came back, as it is written down, and what decides whether that may be put right. */
export const ReasonStanding = {
  reason: col.orNull(col.oneOf(endReasons)),
  words: col.orNull(col.text),
  status: col.oneOf(itemStatuses),
  assetTag: col.text,
  loanId: col.text,
  loanReference: col.text,
  patientId: col.orNull(col.text),
  /** The instant at which the loan last changed. */
  changedAt: col.text,
  /** The incident with which it was taken in. */
  incident: col.orNull(col.text),
  isErased: col.boolean,
};
export type ReasonStanding = RowOf<typeof ReasonStanding>;

/** Why a reason is not put right, in a sentence; nothing where it may be. */
export function whyReasonStays({ status, incident, isErased }: ReasonStanding): string | undefined {
  if (isErased) return 'This person was erased. What is written down of the loan stays.';
  if (isOut.of(status)) return 'It has not come back. Say why when it does.';
  if (incident) return `Incident ${incident} says what happened. Put it right there.`;
  return status === 'returned' ? undefined : 'It did not come back on this loan.';
}

/** @throws Problem `patient-erased`, `loan-correction-refused` */
export function assertReasonStands(now: ReasonStanding): void {
  if (now.isErased) throw new Problem('patient-erased');
  const detail = whyReasonStays(now);
  if (detail) throw new Problem('loan-correction-refused', { detail });
}

/**
 * What may help next where things came back for these reasons, each once: where it is done. What needs a referral
 * that is open becomes a new one.
 * @param allows whether who asks may do something
 */
export function nextSteps(
  reasons: EndReason[],
  of: Whose,
  allows: (action: Action) => boolean,
): { text: string; href: string }[] {
  const steps = [...new Set(reasons)].flatMap((reason): Step[] => {
    const rule: ReasonRule = kindsOfReason[reason];
    return rule.next ?? [];
  });
  const found = steps.flatMap(({ text, by, href }) => {
    if (!allows(by)) return [];
    const place = href(of);
    if (place) return { text, href: place };
    return of.patientId && allows('referrals.send')
      ? { text: 'Write down a new referral, if they would like help again', href: '/referrals/new' }
      : [];
  });
  return found.filter((one, at) => found.findIndex(({ text }) => text === one.text) === at);
}

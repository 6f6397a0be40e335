import { Problem } from '../shared/problem.ts';
import { waitsForWords } from './need.rules.ts';
import { type Need, type ReferralStatus, referralMoves, referralStatusWords } from './referral.rules.ts';

/** Who no longer wants what was referred for. */
export const withdrawalVoices = ['patient', 'clinic'] as const;

/** What a clinic is told of its referral beside the status, in words for it. */
export const clinicNotes = {
  missed_twice:
    'We did not reach the patient at two support contacts in a row. We try again in other ways; tell us if you know of a better one.',
  missed_by_mistake:
    'We wrote that we did not reach the patient at two support contacts in a row. That was recorded by mistake.',
} as const;
export type ClinicNoteKind = keyof typeof clinicNotes;
export const clinicNoteKinds = Object.keys(clinicNotes) as ClinicNoteKind[];

/** Statuses from which a referral may be withdrawn. */
export function canWithdraw(status: ReferralStatus): boolean {
  return referralMoves.some(({ from, by }) => from === status && by === 'withdrawal');
}

/** @throws Problem `referral-ended`, in words of the status that the caller sees */
export function assertCanWithdraw({
  status,
  seenStatus,
}: Record<'status' | 'seenStatus', ReferralStatus>): void {
  if (!canWithdraw(status))
    throw new Problem('referral-ended', {
      detail: `The referral is ${referralStatusWords[seenStatus]}.`,
      referralStatus: seenStatus,
    });
}

type Question = { id: string; answer: string | null };

/**
 * The question that an answer is for: the one named, or the only one that is open.
 * @throws Problem `no-open-question`, `invalid` when several are open and none is named
 */
export function questionFor<Q extends Question>(questions: Q[], named: string | undefined): Q {
  const open = questions.filter(({ answer }) => answer === null);
  const found = named ? open.find(({ id }) => id === named) : open[0];
  if (!found)
    throw new Problem('no-open-question', {
      detail: open.length
        ? 'This question has its answer. Another is open: read the referral again.'
        : 'Nothing is asked about this referral now.',
    });
  if (!named && open.length > 1)
    throw new Problem('invalid', {
      errors: [{ pointer: '/questionId', message: 'Several questions are open: say which one you answer.' }],
    });
  return found;
}

/** What is still to come for a referral, as its clinic is told. */
export type Progress = {
  status: ReferralStatus;
  needs: { need: Need; status: string }[];
  waitingPosition: number | null;
  openQuestions: number;
};

/** What happens next with a referral, in a sentence or two for the clinic. */
export function nextStep({ status, needs, waitingPosition, openQuestions }: Progress): string {
  const open = needs.filter((need) => need.status === 'open').map(({ need }) => need);
  const things = open.filter((need) => need !== 'support');
  switch (status) {
    case 'received':
      return 'An inclusion officer reads it and decides. There is nothing for you to do.';
    case 'asked':
      return openQuestions === 1
        ? 'The scheme asked a question. It goes on when you have answered.'
        : `The scheme asked ${openQuestions} questions. It goes on when you have answered.`;
    case 'waiting':
      return `The patient waits for ${waitsForWords(things, false)}${waitingPosition ? `, in place ${waitingPosition} of the waiting list` : ''}. We get in touch with them when it is ready.`;
    case 'active':
      return things.length
        ? `The patient is being helped, and still waits for ${waitsForWords(things, false)}.`
        : 'The patient is being helped. There is nothing for you to do.';
    case 'closed':
      return 'Everything it asked for is settled. Refer the patient again if they need something else.';
    case 'declined':
      return 'It was declined, with the reason given. Refer the patient again if things change.';
    case 'withdrawn':
      return 'It was withdrawn. Refer the patient again whenever they want to.';
  }
}

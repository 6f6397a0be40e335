import { type FieldError, Problem } from '../shared/problem.ts';

export const contactStates = ['open', 'paused', 'withdrawn', 'deceased'] as const;
export type ContactState = (typeof contactStates)[number];

/** Who said so. */
export const contactSources = ['patient', 'clinic', 'family', 'staff'] as const;
export const contactSourceWords: Record<(typeof contactSources)[number], string> = {
  patient: 'The patient',
  clinic: 'The clinic',
  family: 'Family',
  staff: 'One of us',
};

/** Every move of a contact state; a pause may also be given another date. The database holds to the same table. */
export const contactMoves: Record<ContactState, ContactState[]> = {
  open: ['paused', 'withdrawn', 'deceased'],
  paused: ['paused', 'open', 'withdrawn', 'deceased'],
  withdrawn: ['open', 'deceased'],
  deceased: ['open'],
};

export const contactStateWords: Record<ContactState, string> = {
  open: 'may be contacted',
  paused: 'paused',
  withdrawn: 'asked for no more contact',
  deceased: 'has died',
};

/** What is wrong with what was said, whatever the state before. */
export function contactStateErrors(
  said: { state: ContactState; pausedUntil?: string | undefined; saidOn: string; note?: string | undefined },
  today: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (said.state === 'paused' && !(said.pausedUntil && said.pausedUntil > today))
    errors.push({
      pointer: '/pausedUntil',
      message: 'Give the day from which they may be contacted again, after today.',
    });
  if (said.state !== 'paused' && said.pausedUntil)
    errors.push({
      pointer: '/pausedUntil',
      message: 'Only a pause has a day on which it ends. Leave this out.',
    });
  if (said.saidOn > today)
    errors.push({
      pointer: '/saidOn',
      message: 'This date is in the future. Give the day on which it was said.',
    });
  if (said.state === 'open' && !said.note)
    errors.push({ pointer: '/note', message: 'Say why they may be contacted again.' });
  return errors;
}

/** @throws Problem `contact-state-refused` */
export function assertContactMove(from: ContactState, to: ContactState): void {
  if (!contactMoves[from].includes(to))
    throw new Problem('contact-state-refused', {
      detail:
        from === to
          ? `It is recorded already: ${contactStateWords[from]}.`
          : `The person ${contactStateWords[from]}. Open contact again first, with the reason.`,
    });
}

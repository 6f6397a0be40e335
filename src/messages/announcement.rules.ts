import { namedIn } from '../scheme/names.rules.ts';
import type { FieldError } from '../shared/problem.ts';
import { templateFaults } from './template.rules.ts';

/** Whom news is for. */
export const audiences = ['on_loan', 'support_ahead', 'clinic', 'supporter'] as const;
export type Audience = (typeof audiences)[number];
export const audienceWords: Record<Audience, string> = {
  on_loan: 'All who have something on loan',
  support_ahead: 'All who have support ahead',
  clinic: 'All of one clinic',
  supporter: 'All of one supporter',
};

/** Civil days for which news is worth saying: who cannot be told by then is not told any more. */
export const worthTelling = 14;

type Said = {
  audience: Audience;
  clinicId?: string;
  supporterId?: string;
  identified: string;
  discreet: string;
};

/**
 * What is wrong with news: words that tell a stranger what it is about or name the scheme or a clinic in the discreet
 * text, and whom it leaves open or names beside its audience.
 * @param names of the scheme and the clinics
 */
export function announcementErrors(said: Said, names: string[]): FieldError[] {
  const { audience, clinicId, supporterId } = said;
  return [
    ...(audience === 'clinic' && !clinicId ? [{ pointer: '/clinicId', message: 'Choose the clinic.' }] : []),
    ...(audience === 'supporter' && !supporterId
      ? [{ pointer: '/supporterId', message: 'Choose the supporter.' }]
      : []),
    ...(audience !== 'clinic' && clinicId
      ? [{ pointer: '/clinicId', message: 'It is for no one clinic. Leave the clinic out.' }]
      : []),
    ...(audience !== 'supporter' && supporterId
      ? [{ pointer: '/supporterId', message: 'It is for no one supporter. Leave the supporter out.' }]
      : []),
    ...namedIn(said.discreet, names).map((name) => ({
      pointer: '/discreet',
      message: `“${name}” tells others where it is from. Leave it out of the discreet text.`,
    })),
    ...(['identified', 'discreet'] as const).flatMap((wording) =>
      said[wording].includes('{{')
        ? [{ pointer: `/${wording}`, message: 'Write it as it goes out: nothing is filled in here.' }]
        : templateFaults({ subject: '', body: said[wording] }, wording).map(({ message }) => ({
            pointer: `/${wording}`,
            message,
          })),
    ),
  ];
}

import type { Static } from 'typebox';
import { strictObject } from './http.ts';
import { Problem } from './problem.ts';
import { text } from './schemas.ts';

/** Why something that was recorded by mistake is taken back. */
export const TakingBack = strictObject(
  { reason: text(300) },
  { examples: [{ reason: 'Recorded on the wrong one' }] },
);
export type TakingBack = Static<typeof TakingBack>;

/**
 * Refuses to take something back; nothing where there is no reason to.
 * @param why what followed since, and what has to be undone first
 * @throws Problem `taking-back-refused`
 */
export function assertTakesBack(why: string | undefined): void {
  if (why) throw new Problem('taking-back-refused', { detail: why });
}

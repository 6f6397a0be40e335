import { col, type RowOf } from '../shared/rows.ts';
/** How a question may reach the clinic of a referral, as far as is known. */
export const ClinicWay = {
  /** The last call to the clinic's webhook about this referral since something was asked; null when there was none. */
  call: col.orNull(
    col.object({
      status: col.oneOf(['pending', 'sending', 'delivered', 'failed', 'superseded']),
      endedAt: col.orNull(col.text),
    }),
  ),
  /** Whether its system has a key that works, and so can read the question. */
  hasKey: col.boolean,
  /** The last link for an answer that works still. */
  link: col.orNull(col.object({ madeAt: col.text, expiresAt: col.text })),
};
export type ClinicWay = RowOf<typeof ClinicWay>;

export type Reaching =
  | { state: 'told'; at: string | null }
  | { state: 'telling' }
  | { state: 'readable' }
  | { state: 'link'; madeAt: string; expiresAt: string }
  | { state: 'not-sent'; failed: boolean };

/** How far a question is on its way to the clinic: nothing counts as sent that did not go out. */
export function reachingOf({ call, hasKey, link }: ClinicWay): Reaching {
  // The call says that something is there; without a key its system cannot read the question.
  if (hasKey && call?.status === 'delivered') return { state: 'told', at: call.endedAt };
  if (link) return { state: 'link', ...link };
  if (hasKey && (call?.status === 'pending' || call?.status === 'sending')) return { state: 'telling' };
  if (hasKey) return { state: 'readable' };
  return { state: 'not-sent', failed: call?.status === 'failed' };
}

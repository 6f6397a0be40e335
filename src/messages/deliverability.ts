import type { Reach, Wording } from '../people/reach.rules.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { providerFor } from './senders.rules.ts';

/** What can be sent today to someone of this wording and these communication needs. */
export function reachOf(
  { clock, config }: Deps,
  { wording, needs }: { wording: Wording; needs: string[] },
): Reach {
  return {
    today: today(clock),
    wording,
    needs,
    offers: (channel, wording) => providerFor(config, channel, wording) !== null,
  };
}

import { inWords } from '../shared/formats.ts';
import { type NeedChange, type NeedRow, needChangesFor } from './need.rules.ts';
import { type Need, needs, type ReferralStatus } from './referral.rules.ts';

const changeWords: Record<NeedChange, string> = {
  add: 'is needed too',
  drop: 'is no longer needed',
  meet: 'was met in another way',
  reopen: 'is needed again',
};

/** What happens to a need, such as `Data is no longer needed`. */
export const needWords = (need: Need, change: NeedChange) => `${inWords(need)} ${changeWords[change]}`;

/** What an officer may do now with the needs of a referral, as choices of a form. */
export function needChoices(status: ReferralStatus, rows: NeedRow[]): { value: string; text: string }[] {
  return needs.flatMap((need) =>
    needChangesFor(status, rows, need).map((change) => ({
      value: `${need}:${change}`,
      text: needWords(need, change),
    })),
  );
}

import { publishRendering } from '../../src/messages/renderings/rendering.commands.ts';
import type { NewRendering } from '../../src/messages/renderings/rendering.schemas.ts';
import type { Context } from '../../src/shared/actor.ts';
import { addDays, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';

/** The agreement in easy words, in some languages and not in all, so that tasks ask for the rest. */
const renderings: Pick<NewRendering, 'thing' | 'language' | 'format' | 'phrases' | 'approvedBy'>[] = [
  {
    thing: 'agreement',
    language: 'en',
    format: 'easy_read',
    phrases: {
      text: 'We lend this to you.\nYou pay nothing.\nPlease bring it back.\nTell us if it breaks. Nobody is cross.',
    },
    approvedBy: 'The readers’ group of the library',
  },
  {
    thing: 'agreement',
    language: 'bn',
    format: 'easy_read',
    phrases: { text: 'আমরা এটি আপনাকে ধার দিই।\nআপনি কোনো টাকা দেন না।\nএটি ফেরত আনুন।' },
    approvedBy: 'A translator, and two readers',
  },
];

/** Brings what the scheme has in other languages and formats, as a manager does. */
export async function bringRenderings(deps: Deps, ctx: Context): Promise<void> {
  const approvedOn = addDays(today(deps.clock), -10);
  for (const rendering of renderings)
    await publishRendering(deps, ctx, { ...rendering, ofVersion: 1, approvedOn, insteadOf: 0 });
}

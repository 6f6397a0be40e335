import type { Context } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { addGuide, publishGuide } from '../../src/support/guide.commands.ts';
import type { NewGuide, NewGuideVersion } from '../../src/support/guide.schemas.ts';

const madeBy = 'The support team';
const madeWith = 'Six people who use it, over two afternoons';

/** What a scheme gives people to read, in some languages and formats and not in all. */
const guides: (NewGuide & { texts: Omit<NewGuideVersion, 'insteadOf'>[] })[] = [
  {
    name: 'Joining a video call',
    topic: 'communicating',
    madeBy,
    madeWith,
    texts: [
      {
        language: 'en',
        format: 'standard',
        title: 'How to join a video call',
        text: '# Before the call\n- Find a quiet place\n- Charge it, or plug it in\n# The call\nPress the link that you were sent. Press “Join”.\nIf it does not work, that is all right. Somebody rings you.',
      },
      {
        language: 'en',
        format: 'easy_read',
        title: 'Video calls',
        text: '- Sit in a quiet place\n- Press the link\n- Press “Join”\n- Wave',
      },
      {
        language: 'bn',
        format: 'standard',
        title: 'ভিডিও কল',
        text: '- শান্ত জায়গায় বসুন\n- লিঙ্কে চাপ দিন',
      },
    ],
  },
  {
    name: 'Staying safe online',
    topic: 'staying_safe',
    madeBy,
    madeWith,
    texts: [
      {
        language: 'en',
        format: 'standard',
        title: 'Staying safe',
        text: '- Nobody from a bank asks for your password\n- If in doubt, ask somebody you trust first',
      },
      {
        language: 'en',
        format: 'large_print',
        title: 'Staying safe',
        text: '- Nobody from a bank asks for your password\n- If in doubt, ask somebody you trust first',
      },
    ],
  },
];

/** Writes the guides, as a manager does. */
export async function writeGuides(deps: Deps, ctx: Context): Promise<void> {
  for (const { texts, ...guide } of guides) {
    const { id } = await addGuide(deps, ctx, guide);
    for (const text of texts) await publishGuide(deps, ctx, id, { ...text, insteadOf: 0 });
  }
}

import { messageChannels, wordings } from '../people/reach.rules.ts';
import { defineEvents } from '../shared/event-definitions.ts';
import { oneOf } from '../shared/schemas.ts';
import { reminderReasons } from './message.rules.ts';
import { templateChannels, templateWordings } from './template.rules.ts';

/** What is done with the texts that messages are made of. */
export const templateEvents = defineEvents({
  'template.written': {
    values: {
      kind: oneOf(reminderReasons),
      wording: oneOf(templateWordings),
      channel: oneOf(templateChannels),
    },
    line: () => 'Wrote a text of messages',
  },
  'template.tested': {
    values: { channel: oneOf(messageChannels), wording: oneOf(wordings) },
    line: () => 'Tried a text of messages out',
  },
});

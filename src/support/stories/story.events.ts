import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { oneOf } from '../../shared/schemas.ts';
import { purposes, whatFollowed } from './story.rules.ts';

const followed = oneOf(whatFollowed);

/** What happens to stories; never what they say, or with which name. */
export const storyEvents = defineEvents({
  'story.told': { values: { followed }, line: () => 'Story written down' },
  'story.changed': { values: {}, line: () => 'Story changed' },
  'story.consent_given': {
    values: { purposes: Type.Array(oneOf(purposes)) },
    line: (v) =>
      v.purposes?.some((purpose) => purpose !== 'inside')
        ? 'They agreed that their story is told outside the scheme'
        : 'They agreed that their story is told inside the scheme',
  },
  'story.consent_ended': {
    values: { why: oneOf(['withdrawn', 'words_changed']) },
    line: (v) =>
      v.why === 'words_changed'
        ? 'The words of a story changed: whether it may be told is to be asked again'
        : 'Their story is told no more: the consent was withdrawn',
  },
  'story.retired': { values: {}, line: () => 'Story taken out for good' },
});

import Type from 'typebox';
import { formats, formatWords } from '../people/format.rules.ts';
import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';
import { oneOf } from '../shared/schemas.ts';

const way = oneOf(['message', 'paper']);
const what = oneOf(['guide', 'signpost']);

/** Guides and signposts, and that somebody was given one. Which one is no business of the log. */
export const guideEvents = defineEvents({
  'guide.added': { values: {}, line: () => 'Guide added' },
  'guide.changed': { values: {}, line: () => 'Guide changed' },
  'guide.published': {
    values: {
      language: Type.String({ pattern: '^[a-z]{2,3}$' }),
      format: oneOf(formats),
      guideVersion: count,
    },
    line: (v) =>
      `Guide published${v.format ? ` in the format ${formatWords[v.format].toLowerCase()}` : ''}${v.guideVersion ? `, version ${v.guideVersion}` : ''}`,
  },
  'signpost.added': { values: {}, line: () => 'Signpost added' },
  'signpost.changed': { values: {}, line: () => 'Signpost changed' },
  'handout.taken_back': {
    values: { what, way },
    line: (v) =>
      `That a ${v.what === 'signpost' ? 'signpost' : 'guide'} was given was recorded by mistake and is taken back`,
  },
  'handout.given': {
    values: { what, way },
    line: (v) =>
      `${v.what === 'signpost' ? 'Signpost' : 'Guide'} given ${v.way === 'paper' ? 'on paper' : 'by a message'}`,
  },
});

import Type from 'typebox';
import { formatWords, wordFormats } from '../../people/format.rules.ts';
import { defineEvents } from '../../shared/event-definitions.ts';
import { count } from '../../shared/event-values.ts';
import { oneOf } from '../../shared/schemas.ts';
import { thingFacts, things } from './thing.rules.ts';

/** What people are given in other languages and formats. */
export const renderingEvents = defineEvents({
  'rendering.published': {
    values: {
      thing: oneOf(things),
      language: Type.String({ pattern: '^[a-z]{2,3}$' }),
      format: oneOf(wordFormats),
      renderingVersion: count,
    },
    line: (v) =>
      `${v.thing ? thingFacts[v.thing].title : 'Something that people are given'} published in another language or format${v.format ? `, ${formatWords[v.format].toLowerCase()}` : ''}${v.renderingVersion ? `, version ${v.renderingVersion}` : ''}`,
  },
});

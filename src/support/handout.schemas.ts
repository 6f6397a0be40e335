import Type, { type Static } from 'typebox';
import { formats } from '../people/format.rules.ts';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { guideLanguage } from './guide.schemas.ts';
import { topics } from './support.rules.ts';

const id = Type.String({ format: 'uuid' });
export const handoutWays = ['message', 'paper'] as const;
const way = oneOf(handoutWays, {
  description: '`message`: its address goes out by the way that is safe; `paper`: it was printed',
});

/** What became of it: given on paper; by a message that waits, went, may have gone or did not go. */
export const handoutStates = ['on_paper', 'waiting', 'sent', 'unknown', 'not_sent'] as const;

export const Handout = Type.Object({
  id: Type.String(),
  what: oneOf(['guide', 'signpost']),
  name: Type.String(),
  topic: nullable(oneOf(topics)),
  language: nullable(guideLanguage),
  format: nullable(oneOf(formats)),
  version: nullable(Type.Integer()),
  way,
  state: oneOf(handoutStates),
  path: Type.String({ description: 'Its address, without where it begins' }),
  givenAt: Type.String(),
  givenBy: Type.String(),
});
export type Handout = Static<typeof Handout>;

export const NewHandout = strictObject(
  {
    guide: Type.Optional(strictObject({ id, language: guideLanguage, format: oneOf(formats) })),
    signpostId: Type.Optional(id),
    way,
  },
  {
    description: 'A guide or a signpost, one of the two',
    examples: [
      {
        guide: { id: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', language: 'en', format: 'easy_read' },
        way: 'message',
      },
    ],
  },
);
export type NewHandout = Static<typeof NewHandout>;

/** What was given just now; `sendAfter`: when its message goes, where it waits. */
export const HandoutGiven = Type.Object({
  ...Handout.properties,
  sendAfter: nullable(Type.String({ description: 'When its message goes out, at the earliest' })),
});
export type HandoutGiven = Static<typeof HandoutGiven>;

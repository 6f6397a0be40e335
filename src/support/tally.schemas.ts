import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { ageBands, topics } from './support.rules.ts';

const about = {
  ageBand: Type.Optional(oneOf(ageBands, { description: 'As whoever was there guessed it' })),
  topics: Type.Optional(
    Type.Array(oneOf(topics), { uniqueItems: true, description: 'What they asked about' }),
  ),
};
/** What a form has of a visitor beside which of its buttons was pressed. */
export const AboutVisitor = strictObject(about);

export const NewVisitor = strictObject(
  {
    cameBefore: Type.Boolean({ description: 'Whether they have been to a drop-in before, as they said' }),
    ...about,
  },
  { examples: [{ cameBefore: false, ageBand: '45_to_64', topics: ['managing_health'] }] },
);
export type NewVisitor = Static<typeof NewVisitor>;

export const PagesCount = strictObject(
  {
    sharedSessions: Type.Integer({
      minimum: 0,
      maximum: 500,
      description: 'How many times a device that people share there was used',
    }),
    pages: Type.Array(
      strictObject({
        topicId: Type.String({ format: 'uuid' }),
        pages: Type.Integer({ minimum: 1, maximum: 100_000 }),
      }),
      { maxItems: 200, description: 'How many pages were looked at, by what they are about; never which' },
    ),
  },
  {
    examples: [
      { sharedSessions: 9, pages: [{ topicId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', pages: 120 }] },
    ],
  },
);
export type PagesCount = Static<typeof PagesCount>;

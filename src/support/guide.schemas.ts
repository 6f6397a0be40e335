import Type, { type Static } from 'typebox';
import { formats } from '../people/format.rules.ts';
import { strictObject } from '../shared/http.ts';
import { line, nullable, oneOf, text } from '../shared/schemas.ts';
import { topics } from './support.rules.ts';

export const guideLanguage = Type.String({
  pattern: '^[a-z]{2,3}$',
  description: 'Code of the language (ISO 639), such as en or bn',
  errorMessage: 'Give the code of a language, such as en or bn.',
});
const format = oneOf(formats, {
  description: '`audio` and `bsl` are a text with a link to what is heard or seen',
});
const topic = oneOf(topics, { description: 'Of the same list as what a contact covered' });
const madeBy = line(200, { description: 'Who wrote it' });
const madeWith = text(500, { description: 'With whom: people who use it, and how' });
const reviewOn = Type.String({ format: 'date', description: 'When staff are asked to look at it again' });

export const GuideVersion = Type.Object({
  language: guideLanguage,
  format,
  version: Type.Integer(),
  title: Type.String(),
  text: Type.String(),
  createdAt: Type.String(),
  createdBy: Type.String({ description: 'Who saved it' }),
});
export type GuideVersion = Static<typeof GuideVersion>;

export const Guide = Type.Object({
  id: Type.String(),
  number: Type.Integer({ description: 'Stands in the address at which people read it' }),
  name: Type.String(),
  topic,
  madeBy: nullable(Type.String()),
  madeWith: nullable(Type.String()),
  reviewOn: nullable(Type.String()),
  reviewDue: Type.Boolean({ description: 'Staff are to look at it again by now' }),
  retired: Type.Boolean({ description: 'No longer offered; who was given it can still read it' }),
  changedAt: Type.String(),
  editions: Type.Array(GuideVersion, {
    description: 'What people read now: the newest version in each language and format',
  }),
});
export type Guide = Static<typeof Guide>;
export const GuideList = Type.Object({ items: Type.Array(Guide) });

export const NewGuide = strictObject(
  {
    name: line(200, { description: 'What staff call it, in every language' }),
    topic,
    madeBy: Type.Optional(madeBy),
    madeWith: Type.Optional(madeWith),
    reviewOn: Type.Optional(reviewOn),
  },
  {
    examples: [
      {
        name: 'Joining a video call',
        topic: 'communicating',
        madeBy: 'The support team',
        madeWith: 'Six people who use it, over two afternoons',
        reviewOn: '2027-11-30',
      },
    ],
  },
);
export type NewGuide = Static<typeof NewGuide>;

export const GuideChange = strictObject(
  {
    name: Type.Optional(NewGuide.properties.name),
    topic: Type.Optional(topic),
    madeBy: Type.Optional(nullable(madeBy)),
    madeWith: Type.Optional(nullable(madeWith)),
    reviewOn: Type.Optional(nullable(reviewOn)),
    retired: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1, examples: [{ reviewOn: '2027-11-30' }] },
);
export type GuideChange = Static<typeof GuideChange>;

export const NewGuideVersion = strictObject(
  {
    language: guideLanguage,
    format,
    title: line(120, { description: 'The heading that people read' }),
    text: text(20_000, {
      description:
        'A line that begins with "# " is a heading, with "## " a smaller one, with "- " an item of a list; [words](https://…) is a link',
    }),
    insteadOf: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      description: 'The version that was seen; 0 where there was none',
    }),
  },
  {
    examples: [
      {
        language: 'en',
        format: 'standard',
        title: 'How to join a video call',
        text: '# Before the call\n- Find a quiet place\n- Charge it\n# The call\nPress the link that we sent you.',
        insteadOf: 0,
      },
    ],
  },
);
export type NewGuideVersion = Static<typeof NewGuideVersion>;

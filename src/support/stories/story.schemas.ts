import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { line, nullable, oneOf, text } from '../../shared/schemas.ts';
import { consentWays, finds, purposes, storyStates, tellings, whatFollowed } from './story.rules.ts';

const id = Type.String({ format: 'uuid' });
const day = (description: string) => Type.String({ format: 'date', description });
const words = text(4000, { description: 'Without names of others, of the clinic and of places' });
const telling = oneOf(tellings, { description: 'In their own words, or retold by whoever writes it down' });
const followed = oneOf(whatFollowed, { description: 'What followed' });
const toldOn = day('Today when left out');

/** Where a story was told: by a person, at a follow-up, or at a drop-in by someone who is not known by name. */
export type ToldAt = { patientId: string } | { followUpId: string } | { dropInId: string };

export const NewStory = strictObject(
  { words, telling, followed, toldOn: Type.Optional(toldOn) },
  {
    examples: [
      { words: 'I talk to my sister again, every Sunday.', telling: 'own_words', followed: 'in_touch' },
    ],
  },
);
export type NewStory = Static<typeof NewStory>;

export const StoryChange = strictObject(
  {
    words: Type.Optional(
      text(4000, { description: 'Other words end the consent, which was for those before' }),
    ),
    telling: Type.Optional(telling),
    followed: Type.Optional(followed),
    toldOn: Type.Optional(day('When it was told')),
  },
  { minProperties: 1, examples: [{ followed: 'other' }] },
);
export type StoryChange = Static<typeof StoryChange>;

const consent = {
  purposes: Type.Array(oneOf(purposes), {
    minItems: 1,
    maxItems: purposes.length,
    uniqueItems: true,
    description: 'For what it may be told, each by itself',
  }),
  way: oneOf(consentWays, { description: 'How they agreed' }),
};

export const NewStoryConsent = strictObject(
  {
    version: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      description:
        'The version of the words that they agreed to; where it is no longer the newest, nothing is written',
    }),
    ...consent,
    toldName: Type.Optional(
      line(60, {
        description: 'The first name that it is told with, as they wish it; left out: without a name',
      }),
    ),
    notTheirName: Type.Optional(
      Type.Boolean({
        description:
          'What the words seem to say of a name of theirs is none: a word, or the name of someone else. Whoever records it looked',
      }),
    ),
    givenOn: Type.Optional(toldOn),
    until: Type.Optional(day('The last day on which it stands; left out: until it is withdrawn')),
  },
  { examples: [{ version: 1, purposes: ['inside', 'papers'], way: 'in_words' }] },
);
export type NewStoryConsent = Static<typeof NewStoryConsent>;

const StoryConsent = Type.Object({
  ...consent,
  toldName: nullable(Type.String()),
  notTheirName: Type.Boolean({
    description: 'Whether it was said that what the words seem to say of a name of theirs is none',
  }),
  givenOn: Type.String(),
  until: nullable(Type.String()),
  recordedBy: Type.String({ description: 'Who of the staff' }),
  endedAt: nullable(Type.String()),
});

export const Story = Type.Object({
  id: Type.String(),
  patient: nullable(
    Type.Object(
      { id: Type.String(), name: Type.String() },
      { description: 'Null: told at a drop-in by someone not known by name' },
    ),
  ),
  followUpId: nullable(Type.String()),
  dropIn: nullable(Type.Object({ id: Type.String(), place: Type.String(), heldOn: Type.String() })),
  words: nullable(Type.String({ description: 'Null once it was taken out for good' })),
  version: Type.Integer({ description: 'One more with each change of the words' }),
  telling,
  followed,
  toldOn: Type.String(),
  writtenBy: Type.String({ description: 'Who of the staff' }),
  finds: Type.Array(oneOf(finds), { description: 'What the words seem to give away' }),
  state: oneOf(storyStates),
  consent: nullable(StoryConsent),
  changedAt: Type.String(),
});
export type Story = Static<typeof Story>;

export const StoryQuery = Type.Object({
  ...listQuery,
  state: Type.Optional(oneOf(storyStates.filter((state) => state !== 'retired'))),
  followed: Type.Optional(followed),
  patientId: Type.Optional(id),
});
export type StoryQuery = Static<typeof StoryQuery>;
export const StoryList = pageOf(Story);

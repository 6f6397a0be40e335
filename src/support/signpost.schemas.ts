import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line, nullable, oneOf, text } from '../shared/schemas.ts';
import { topics } from './support.rules.ts';

const name = line(200, { description: 'Such as: Camden Libraries digital drop-in' });
const details = text(1000, { description: 'What it offers, where and when, and how to reach it' });
const url = Type.String({
  maxLength: 500,
  pattern: '^https://[^\\s]+$',
  description: 'Where it is on the web, by an https address',
  errorMessage: 'Give an address that begins with https://.',
});
const personWords = text(300, { description: 'What people who use it say of it, in their words' });
const topic = oneOf(topics, { description: 'Of the same list as what a contact covered' });

export const Signpost = Type.Object({
  id: Type.String(),
  name: Type.String(),
  details: Type.String(),
  url: nullable(Type.String()),
  personWords: nullable(Type.String()),
  topic: nullable(topic),
  retired: Type.Boolean({
    description: 'No longer offered; clinics that were told of it keep what they were told',
  }),
  changedAt: Type.String(),
});
export type Signpost = Static<typeof Signpost>;
export const SignpostList = Type.Object({ items: Type.Array(Signpost) });

/** Where a person is pointed to, as the clinic was told. */
export const SignpostSaid = Type.Object({ name: Type.String(), details: Type.String() });
export type SignpostSaid = Static<typeof SignpostSaid>;

export const NewSignpost = strictObject(
  {
    name,
    details,
    url: Type.Optional(url),
    personWords: Type.Optional(personWords),
    topic: Type.Optional(topic),
  },
  {
    examples: [
      { name: 'Library drop-in', details: 'Tablets to use and someone to ask, Tuesdays 2pm to 4pm.' },
    ],
  },
);
export type NewSignpost = Static<typeof NewSignpost>;

export const SignpostChange = strictObject(
  {
    name: Type.Optional(name),
    details: Type.Optional(details),
    url: Type.Optional(nullable(url)),
    personWords: Type.Optional(nullable(personWords)),
    topic: Type.Optional(nullable(topic)),
    retired: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1, examples: [{ retired: true }] },
);
export type SignpostChange = Static<typeof SignpostChange>;

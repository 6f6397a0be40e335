import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { line, text } from '../shared/schemas.ts';

const name = line(200, { description: 'Such as: Camden Libraries digital drop-in' });
const details = text(1000, { description: 'What it offers, where and when, and how to reach it' });

export const Signpost = Type.Object({
  id: Type.String(),
  name: Type.String(),
  details: Type.String(),
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
  { name, details },
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
    retired: Type.Optional(Type.Boolean()),
  },
  { minProperties: 1, examples: [{ retired: true }] },
);
export type SignpostChange = Static<typeof SignpostChange>;

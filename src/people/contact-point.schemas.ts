import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import type { Typed } from '../web/forms.ts';
import { NewContactPoint, Patient } from './patient.schemas.ts';

/** What a person says of one way to reach them. */
export const NewContactWay = strictObject(
  {
    ...NewContactPoint.properties,
    recheckDue: Type.Optional(
      Type.String({
        format: 'date',
        description: 'Until when it counts; after that it is asked about again first',
      }),
    ),
    preferred: Type.Optional(Type.Boolean({ description: 'Whether it comes before all others' })),
  },
  {
    examples: [
      { channel: 'sms', value: '07700 900123', safe: true, recheckDue: '2027-05-23', preferred: true },
    ],
  },
);
export type NewContactWay = Static<typeof NewContactWay>;

export const ContactWayRecorded = Type.Object({
  ...Patient.properties,
  warnings: Type.Array(Type.String(), {
    description: 'What does not work in the hours that they gave, in sentences for people',
  }),
});
export type ContactWayRecorded = Static<typeof ContactWayRecorded>;

/** Hours of a way to reach someone of which nothing is filled in are no hours. */
export function withoutBlankHours(typed: Typed): Typed {
  const isHours = /^((?:contactPoints\.\d+\.)?hours\.\d+)\./;
  const filled = new Set(
    Object.entries(typed).flatMap(([name, value]) =>
      [value].flat().some((part) => part.trim()) ? (isHours.exec(name)?.[1] ?? []) : [],
    ),
  );
  return Object.fromEntries(
    Object.entries(typed).filter(
      ([name]) => filled.has(isHours.exec(name)?.[1] ?? '') || !isHours.test(name),
    ),
  );
}

import Type, { type Static } from 'typebox';
import { PatientSummary } from '../people/patient.schemas.ts';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { nullable, oneOf, text, time } from '../shared/schemas.ts';
import { minutes } from './follow-up.schemas.ts';
import { ageBands, topics } from './support.rules.ts';

const id = Type.String({ format: 'uuid' });
const others = Type.Integer({
  minimum: 0,
  maximum: 500,
  description: 'People who came, are not known by name, and were not tallied one by one',
});

export const NewDropIn = strictObject(
  {
    locationId: id,
    heldOn: Type.String({ format: 'date', description: 'A day to come, or one that has been' }),
    startsAt: time,
    minutes,
    supporterId: Type.Optional(id),
    note: Type.Optional(text(2000)),
  },
  {
    examples: [
      {
        locationId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e',
        heldOn: '2026-12-01',
        startsAt: '14:00',
        minutes: 120,
      },
    ],
  },
);
export type NewDropIn = Static<typeof NewDropIn>;

export const DropInChange = strictObject(
  {
    others: Type.Optional(others),
    note: Type.Optional(nullable(text(2000))),
    supporterId: Type.Optional(nullable(id)),
    cancelled: Type.Optional(Type.Literal(true, { description: 'It does not take place' })),
  },
  { minProperties: 1, examples: [{ others: 4 }] },
);
export type DropInChange = Static<typeof DropInChange>;

export const NewDropInPerson = strictObject(
  {
    patientId: id,
    topics: Type.Optional(
      Type.Array(oneOf(topics), { uniqueItems: true, description: 'What they asked about' }),
    ),
    note: Type.Optional(text(2000)),
  },
  { examples: [{ patientId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', topics: ['connecting'] }] },
);
export type NewDropInPerson = Static<typeof NewDropInPerson>;

const Named = Type.Object({ id: Type.String(), name: Type.String() });
export const DropInSummary = Type.Object({
  id: Type.String(),
  place: Named,
  heldOn: Type.String(),
  startsAt: Type.String({ description: 'HH:MM in London' }),
  minutes: Type.Integer(),
  supporter: nullable(Named),
  known: Type.Integer({ description: 'How many came who are known by name' }),
  tallied: Type.Integer({ description: 'How many were tallied one by one, without a name' }),
  others,
  status: oneOf(['planned', 'took_place', 'cancelled', 'recorded_by_mistake']),
});
export type DropInSummary = Static<typeof DropInSummary>;
export const DropIn = Type.Object({
  ...DropInSummary.properties,
  note: nullable(Type.String()),
  changedAt: Type.String(),
  people: Type.Array(
    Type.Object({
      id: Type.String(),
      patient: Type.Object(PatientSummary.properties),
      topics: Type.Array(oneOf(topics)),
      note: nullable(Type.String()),
      at: Type.String(),
    }),
  ),
  visitors: Type.Array(
    Type.Object({
      id: Type.String(),
      cameBefore: Type.Boolean(),
      ageBand: nullable(oneOf(ageBands)),
      topics: Type.Array(oneOf(topics)),
      at: Type.String(),
    }),
    { description: 'The latest ten who were tallied, the latest first' },
  ),
  sharedSessions: Type.Integer({
    description: 'How many times a device that people share there was used',
  }),
  pages: Type.Array(Type.Object({ topicId: Type.String(), name: Type.String(), pages: Type.Integer() }), {
    description: 'How many pages were looked at on them, by what they are about',
  }),
  takenBack: nullable(
    Type.Object({
      at: Type.String(),
      by: Type.String({ description: 'Who of the staff' }),
      reason: Type.String(),
    }),
  ),
});
export type DropIn = Static<typeof DropIn>;
export const DropInList = pageOf(DropInSummary);
export const DropInQuery = Type.Object(
  {
    ...listQuery,
    unassigned: Type.Optional(
      Type.Boolean({
        description: 'Only those without a supporter, and those to come of someone who does none any more',
      }),
    ),
  },
  { additionalProperties: false },
);

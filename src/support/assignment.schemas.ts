import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { assignWays, leftReasons } from './assignment.rules.ts';

const id = Type.String({ format: 'uuid' });

export const NewAssignments = strictObject(
  {
    followUps: Type.Array(
      strictObject({
        followUpId: id,
        insteadOf: nullable(
          Type.String({
            format: 'uuid',
            description: 'Whose it is now, as you saw it; null when it was nobody’s',
          }),
        ),
      }),
      { minItems: 1, maxItems: 200 },
    ),
    how: oneOf(assignWays, {
      description: 'usual: whom the person knows; spread: evenly over supporters who have time',
    }),
    supporterId: Type.Optional(
      nullable(
        Type.String({ format: 'uuid', description: 'By hand alone: who does them; null for nobody yet' }),
      ),
    ),
  },
  {
    examples: [
      {
        followUps: [{ followUpId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', insteadOf: null }],
        how: 'spread',
      },
    ],
  },
);
export type NewAssignments = Static<typeof NewAssignments>;

export const Assigned = Type.Object({
  assigned: Type.Array(Type.Object({ followUpId: Type.String(), supporterId: nullable(Type.String()) })),
  left: Type.Array(Type.Object({ followUpId: Type.String(), why: oneOf(leftReasons) }), {
    description: 'Those that stay as they are, with the reason',
  }),
  clashing: Type.Array(Type.String(), {
    description: 'Those given by hand that are at the same time as something else of that supporter',
  }),
});
export type Assigned = Static<typeof Assigned>;

const Day = Type.Object({ date: Type.String(), count: Type.Integer(), minutes: Type.Integer() });
export const WeekQuery = Type.Object(
  {
    of: Type.Optional(
      Type.String({ format: 'date', description: 'Any day of the week; today when left out' }),
    ),
  },
  { additionalProperties: false },
);
export const Week = Type.Object({
  from: Type.String({ description: 'The Monday' }),
  to: Type.String({ description: 'The Sunday' }),
  rows: Type.Array(
    Type.Object({
      supporter: nullable(
        Type.Object(
          { id: Type.String(), name: Type.String() },
          { description: 'Null for what nobody has yet' },
        ),
      ),
      weeklyMinutes: nullable(Type.Integer({ description: 'Null without a limit' })),
      minutes: Type.Integer({ description: 'What the week holds for them' }),
      days: Type.Array(Day),
    }),
  ),
});
export type Week = Static<typeof Week>;

export const HoursQuery = Type.Object(
  {
    from: Type.Optional(Type.String({ format: 'date' })),
    to: Type.Optional(Type.String({ format: 'date' })),
  },
  { additionalProperties: false },
);
export const Hours = Type.Object({
  from: Type.String(),
  to: Type.String(),
  items: Type.Array(
    Type.Object({
      organisation: nullable(
        Type.Object(
          { id: Type.String(), name: Type.String() },
          { description: 'The support partner; null for the scheme itself' },
        ),
      ),
      supporter: Type.Object({ id: Type.String(), name: Type.String() }),
      contacts: Type.Integer({ description: 'Follow-ups that took place' }),
      missed: Type.Integer(),
      dropIns: Type.Integer({ description: 'Drop-ins that took place' }),
      minutes: Type.Integer({
        description: 'Of both, as recorded, or as planned where nothing was recorded',
      }),
    }),
  ),
});
export type Hours = Static<typeof Hours>;

import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { email, line, nullable, oneOf } from '../shared/schemas.ts';
import { factorKinds } from './factor.rules.ts';
import { staffRoles } from './staff.rules.ts';

const name = line(200);
const role = oneOf(staffRoles);
const supporting = {
  organisationId: Type.Optional(
    nullable(
      Type.String({
        format: 'uuid',
        description: 'The support partner whose person they are; null for the scheme',
      }),
    ),
  ),
  weeklyMinutes: Type.Optional(
    nullable(
      Type.Integer({
        minimum: 0,
        maximum: 10_080,
        description: 'How many minutes of a week they have for follow-ups; null without a limit',
      }),
    ),
  ),
  dbsCheckedOn: Type.Optional(
    nullable(
      Type.String({
        format: 'date',
        description: 'The day of their last Disclosure and Barring Service check',
      }),
    ),
  ),
};

export const NewStaff = strictObject(
  { name, email, role, ...supporting },
  { examples: [{ name: 'Sam Okoro', email: 'sam@partner.example', role: 'supporter', weeklyMinutes: 240 }] },
);
export type NewStaff = Static<typeof NewStaff>;

/** With what account someone is let in who asked. */
export const Admission = strictObject({ name, email, role });

const heir = (what: string) =>
  Type.Optional(
    nullable(
      Type.String({
        format: 'uuid',
        description: `Who is given ${what} when they may no longer do them; nobody when left out or null`,
      }),
    ),
  );
const givenOn = {
  referralsTo: heir('their open referrals'),
  supportTo: heir('their follow-ups and drop-ins that are ahead'),
};
export const GivenOn = strictObject(givenOn);
export type GivenOn = Static<typeof GivenOn>;
/** A request without a body gives everything to nobody. */
export const NewSuspension = Type.Union([GivenOn, Type.Null()], {
  examples: [{ referralsTo: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e', supportTo: null }],
});

export const StaffChange = strictObject(
  {
    name: Type.Optional(name),
    email: Type.Optional(email),
    role: Type.Optional(role),
    ...supporting,
    ...givenOn,
  },
  { minProperties: 1, examples: [{ weeklyMinutes: 300 }] },
);
export type StaffChange = Static<typeof StaffChange>;

export const staffStatuses = ['active', 'invited', 'suspended'] as const;
export const Staff = Type.Object({
  id: Type.String(),
  name: Type.String(),
  email: Type.String(),
  role,
  status: oneOf(staffStatuses, { description: 'invited: they have no way to sign in yet' }),
  organisation: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  weeklyMinutes: nullable(Type.Integer()),
  dbsCheckedOn: nullable(Type.String()),
  dbsCountsUntil: nullable(Type.String({ description: 'When the next check is due' })),
  lastSeenAt: nullable(Type.String()),
  singleSignOn: Type.Boolean({ description: 'Whether a work account is linked, by which they sign in' }),
  secondSteps: Type.Array(oneOf(factorKinds), { description: 'What they show beside their password' }),
  openSessions: Type.Integer({ description: 'In how many browsers they are signed in' }),
  changedAt: Type.String(),
});
export type Staff = Static<typeof Staff>;
export const StaffList = pageOf(Staff);
export const StaffQuery = Type.Object(
  {
    ...listQuery,
    role: Type.Optional(role),
    status: Type.Optional(oneOf(staffStatuses)),
  },
  { additionalProperties: false },
);
export type StaffQuery = Static<typeof StaffQuery>;

const held = Type.Integer({ minimum: 0 });
export const StaffWork = Type.Object(
  {
    referrals: { ...held, description: 'Open referrals that are theirs' },
    followUps: { ...held, description: 'Follow-ups that are ahead and theirs, those without an outcome too' },
    dropIns: { ...held, description: 'Drop-ins from today on that they hold' },
    systems: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), keys: Type.Integer() }), {
      description: 'API clients with keys that they made and that still work; these go on working',
    }),
  },
  { description: 'What is theirs to do now; tasks are nobody’s' },
);
export type StaffWork = Static<typeof StaffWork>;

export const PasswordLink = Type.Object({
  url: nullable(Type.String({ description: 'Shown this once; null when the request is a repeat' })),
  expiresAt: Type.String(),
});
export type PasswordLink = Static<typeof PasswordLink>;

export const NewPassword = strictObject({
  password: Type.String({
    minLength: 1,
    maxLength: 1000,
    format: 'password',
    errorMessage: 'Choose a password.',
  }),
});

import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { staffRoles } from './staff.rules.ts';

const factorRoles = Type.Array(oneOf(staffRoles), {
  uniqueItems: true,
  description: 'Roles that must show a second step when they sign in; everyone may have one',
});

const erasureByTwo = Type.Boolean({
  description: 'Whether a second manager has to agree before someone is erased',
});

export const SignInPolicy = Type.Object({ factorRoles, erasureByTwo, changedAt: Type.String() });
export type SignInPolicy = Static<typeof SignInPolicy>;

export const SignInPolicyChange = strictObject(
  { factorRoles: Type.Optional(factorRoles), erasureByTwo: Type.Optional(erasureByTwo) },
  { minProperties: 1, examples: [{ factorRoles: ['manager', 'administrator', 'officer'] }] },
);
export type SignInPolicyChange = Static<typeof SignInPolicyChange>;

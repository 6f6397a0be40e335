import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { email, line, nullable, oneOf, phone } from '../../shared/schemas.ts';
import { organisationRoles } from './organisation.rules.ts';

const roles = Type.Array(oneOf(organisationRoles), {
  minItems: 1,
  maxItems: organisationRoles.length,
  uniqueItems: true,
});
const odsCode = line(12, { description: 'Of the NHS Organisation Data Service; kept as given' });
const dutyContact = strictObject(
  {
    name: line(200),
    phone: Type.Optional(phone),
    email: Type.Optional(email),
  },
  { description: 'Whom staff ring when there is a concern about a patient' },
);

export const NewOrganisation = strictObject(
  {
    name: line(200),
    roles,
    odsCode: Type.Optional(odsCode),
    dutyContact: Type.Optional(dutyContact),
  },
  { examples: [{ name: 'Elm Street Clinic', roles: ['clinic'], odsCode: 'TAF' }] },
);
export type NewOrganisation = Static<typeof NewOrganisation>;

export const OrganisationChange = strictObject(
  {
    name: Type.Optional(line(200)),
    roles: Type.Optional(roles),
    odsCode: Type.Optional(nullable(odsCode)),
    dutyContact: Type.Optional(nullable(dutyContact)),
  },
  { minProperties: 1, examples: [{ odsCode: 'TAF' }] },
);
export type OrganisationChange = Static<typeof OrganisationChange>;

export const NewSuccession = strictObject(
  { successorId: Type.String({ format: 'uuid', description: 'The organisation that takes it over' }) },
  { examples: [{ successorId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' }] },
);
export type NewSuccession = Static<typeof NewSuccession>;

const named = Type.Object({ id: Type.String(), name: Type.String() });

export const OrganisationSummary = Type.Object({
  id: Type.String(),
  name: Type.String(),
  roles: Type.Array(oneOf(organisationRoles)),
  odsCode: nullable(Type.String()),
  succeededBy: nullable(named),
  openReferrals: Type.Integer({ description: 'Received, asked, waiting or active' }),
  validKeys: Type.Integer({ description: 'API keys that are not revoked' }),
});
export type OrganisationSummary = Static<typeof OrganisationSummary>;

export const Organisation = Type.Object({
  ...OrganisationSummary.properties,
  dutyContact: nullable(
    Type.Object({
      name: Type.String(),
      phone: nullable(Type.String()),
      email: nullable(Type.String()),
    }),
  ),
  succeededOn: nullable(Type.String()),
  predecessors: Type.Array(named, { description: 'What it has taken over; their referrals are its own' }),
  webhooks: Type.Integer(),
  formLinks: Type.Integer({ description: 'Links to the hosted form that nobody has ended' }),
  changedAt: Type.String(),
});
export type Organisation = Static<typeof Organisation>;

export const OrganisationList = pageOf(OrganisationSummary);
export const OrganisationQuery = Type.Object(
  {
    ...listQuery,
    role: Type.Optional(oneOf(organisationRoles)),
    name: Type.Optional(Type.String({ maxLength: 100, description: 'Part of the name' })),
    dutyContact: Type.Optional(
      oneOf(['missing'], {
        description: 'Clinics whose people are helped, and nobody is known to ring when there is a concern',
      }),
    ),
  },
  { additionalProperties: false },
);
export type OrganisationQuery = Static<typeof OrganisationQuery>;

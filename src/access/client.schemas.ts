import Type, { type Static } from 'typebox';
import { strictObject } from '../shared/http.ts';
import { listQuery, pageOf } from '../shared/lists.ts';
import { line, nullable, oneOf } from '../shared/schemas.ts';
import { clientRoles, keyDays } from './client.rules.ts';

const ratePerMinute = Type.Integer({
  minimum: 1,
  maximum: 100_000,
  description: 'Requests a minute; the usual limit when left out',
});

export const NewApiClient = strictObject(
  {
    name: line(200, { description: 'Of the system that will call' }),
    role: oneOf(clientRoles),
    clinicId: Type.Optional(
      Type.String({
        format: 'uuid',
        description: 'Needed for a clinic’s: all that it will see is this clinic’s',
      }),
    ),
    ratePerMinute: Type.Optional(ratePerMinute),
  },
  {
    examples: [
      { name: 'Elm Street records', role: 'clinic', clinicId: '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e' },
      { name: 'Stock robot', role: 'integration', ratePerMinute: 100 },
    ],
  },
);
export type NewApiClient = Static<typeof NewApiClient>;

export const ApiClientChange = strictObject(
  {
    name: Type.Optional(line(200)),
    ratePerMinute: Type.Optional(nullable(ratePerMinute)),
    enabled: Type.Optional(Type.Boolean({ description: 'False: none of its keys works' })),
  },
  { minProperties: 1, examples: [{ enabled: false }] },
);
export type ApiClientChange = Static<typeof ApiClientChange>;

/** Networks as CIDR or single addresses. */
const addresses = Type.Array(Type.String({ minLength: 2, maxLength: 50 }), {
  minItems: 1,
  maxItems: 20,
  description: 'Addresses or networks (CIDR) from which the key is taken; from anywhere when left out',
});

export const NewApiKey = strictObject(
  {
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: keyDays.most,
        description: `For how many days it is good; ${keyDays.usual} when left out`,
      }),
    ),
    readOnly: Type.Optional(Type.Boolean({ description: 'It may only read what its role may' })),
    addresses: Type.Optional(addresses),
  },
  { examples: [{ days: 365, readOnly: true, addresses: ['192.0.2.0/24'] }] },
);
export type NewApiKey = Static<typeof NewApiKey>;
/** A request without a body makes a key of the usual kind. */
export const NewKeyOrNone = Type.Union([NewApiKey, Type.Null()], {
  examples: [{ days: 365, readOnly: true, addresses: ['192.0.2.0/24'] }],
});

export const ApiKey = Type.Object({
  id: Type.String(),
  createdAt: Type.String(),
  expiresAt: nullable(Type.String({ description: 'Null for keys from before keys had an end' })),
  readOnly: Type.Boolean(),
  addresses: nullable(Type.Array(Type.String())),
  lastAddress: nullable(Type.String()),
  usedAt: nullable(Type.String({ description: 'To the minute' })),
  revokedAt: nullable(Type.String()),
});
export const ApiClient = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: oneOf(clientRoles),
  clinic: nullable(Type.Object({ id: Type.String(), name: Type.String() })),
  ratePerMinute: nullable(Type.Integer()),
  enabled: Type.Boolean(),
  keys: Type.Array(ApiKey, {
    description: 'The valid ones first, then the newest of the revoked, ten at most',
  }),
  changedAt: Type.String(),
});
export type ApiClient = Static<typeof ApiClient>;

export const ApiClientList = pageOf(ApiClient);
export const ApiClientQuery = Type.Object(
  { ...listQuery, clinicId: Type.Optional(Type.String({ format: 'uuid' })) },
  { additionalProperties: false },
);
export type ApiClientQuery = Static<typeof ApiClientQuery>;

export const KeyMade = Type.Object({
  id: Type.String(),
  key: Type.String({ description: 'Shown this once; only a hash of it is kept' }),
  expiresAt: Type.String(),
});
export type KeyMade = Static<typeof KeyMade>;
export const KeyRevoked = Type.Object({ id: Type.String(), revokedAt: Type.String() });
export type KeyRevoked = Static<typeof KeyRevoked>;

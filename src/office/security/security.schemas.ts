import Type, { type Static } from 'typebox';
import { securityKindNames } from '../../access/security-log.rules.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf } from '../../shared/schemas.ts';

const party = nullable(Type.Object({ id: Type.String(), name: Type.String() }));

export const SecurityEvent = Type.Object({
  id: Type.String(),
  at: Type.String(),
  kind: oneOf(securityKindNames),
  text: Type.String({ description: 'What happened, as a sentence' }),
  actorType: oneOf(['staff', 'client', 'system', 'nobody']),
  actorId: nullable(Type.String()),
  account: party,
  client: party,
  address: Type.String(),
  browser: Type.String({ description: 'As it says of itself, in a few words' }),
  requestId: Type.String(),
  count: Type.Integer({ description: 'How often within its minute' }),
  alarm: Type.Boolean(),
});
export type SecurityEvent = Static<typeof SecurityEvent>;
export const SecurityEvents = pageOf(SecurityEvent);

export const SecurityQuery = Type.Object(
  {
    ...listQuery,
    kind: Type.Optional(oneOf(securityKindNames)),
    alarm: Type.Optional(Type.Boolean({ description: 'Only what somebody has to look at' })),
    staffId: Type.Optional(Type.String({ format: 'uuid', description: 'Whose account it is about' })),
  },
  { additionalProperties: false },
);
export type SecurityQuery = Static<typeof SecurityQuery>;

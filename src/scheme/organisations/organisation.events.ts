import Type from 'typebox';
import { defineEvents } from '../../shared/event-definitions.ts';
import { oneOf } from '../../shared/schemas.ts';
import { inside } from '../../shared/sentences.ts';
import { locationKinds, organisationRoles } from './organisation.rules.ts';

/** What happens to the organisations that the scheme knows, and to its places. */
export const organisationEvents = defineEvents({
  'organisation.added': {
    values: { role: oneOf(organisationRoles) },
    line: (v) => `Organisation added as ${inside(v.role)}`,
  },
  'organisation.changed': { values: {}, line: () => 'Organisation changed' },
  'organisation.succeeded': { values: {}, line: () => 'Taken over by another organisation' },
  'location.added': {
    values: { kind: oneOf(locationKinds) },
    line: (v) => `Place added: ${inside(v.kind)}`,
  },
  'location.changed': { values: { kind: Type.Optional(oneOf(locationKinds)) }, line: () => 'Place changed' },
});

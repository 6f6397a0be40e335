import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { flag, id, instant } from '../shared/event-values.ts';
import { oneOf } from '../shared/schemas.ts';
import { inside } from '../shared/sentences.ts';
import { clientRoles } from './client.rules.ts';

/** What happens to the systems that call the API, and to their keys. */
export const clientEvents = defineEvents({
  'api_client.added': {
    values: { role: oneOf(clientRoles), clinicId: Type.Optional(id) },
    line: (v) => `API client added with the role ${inside(v.role)}`,
  },
  'api_client.changed': { values: {}, line: () => 'API client changed' },
  'api_client.enabled': { values: {}, line: () => 'API client may call again' },
  'api_client.disabled': { values: {}, line: () => 'API client stopped: none of its keys works' },
  'api_client.key_added': {
    values: {
      role: Type.Optional(oneOf(clientRoles)),
      expiresAt: Type.Optional(instant),
      readOnly: Type.Optional(flag),
    },
    line: (v) =>
      ['API key made', v.role && ` with the role ${inside(v.role)}`, v.readOnly && ', to read only']
        .filter(Boolean)
        .join(''),
  },
  'api_client.key_revoked': { values: {}, line: () => 'API key revoked' },
});

import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count } from '../shared/event-values.ts';
import { count as counted } from '../shared/formats.ts';
import { oneOf } from '../shared/schemas.ts';
import { inside } from '../shared/sentences.ts';
import { staffRoles } from './staff.rules.ts';

const role = oneOf(staffRoles);

/** What happens to the accounts of staff. */
export const staffEvents = defineEvents({
  'staff.added': { values: { role }, line: (v) => `Account made with the role ${inside(v.role)}` },
  'staff.changed': {
    values: { from: Type.Optional(role), to: Type.Optional(role) },
    line: (v) =>
      v.to ? `Role changed from ${inside(v.from)} to ${inside(v.to)}` : 'Details of the account changed',
  },
  'staff.suspended': {
    values: { count },
    line: (v) => `Suspended: signed out everywhere. ${counted(v.count ?? 0, 'follow-up')} became nobody’s`,
  },
  'staff.restored': { values: {}, line: () => 'Let in again' },
  'staff.password_link_made': {
    values: {},
    line: () => 'A link was made by which they set their password',
  },
  'staff.password_set': { values: {}, line: () => 'Set their password' },
  'staff.signed_in': { values: {}, line: () => 'Signed in' },
  'staff.signed_out': { values: {}, line: () => 'Signed out' },
  'staff.sign_in_refused': { values: {}, line: () => 'Sign-in refused: the password was wrong' },
  'staff.sessions_revoked': {
    values: { count },
    line: (v) => `Signed out everywhere (${counted(v.count ?? 0, 'session')})`,
  },
});

import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count, flag, id } from '../shared/event-values.ts';
import { count as counted } from '../shared/formats.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { inside } from '../shared/sentences.ts';
import { factorKinds, factorWords } from './factor.rules.ts';
import { staffRoles } from './staff.rules.ts';

const role = oneOf(staffRoles);
const heir = Type.Optional(nullable(id));
const toWhom = (to: string | null | undefined) => (to ? 'given to someone else' : 'became nobody’s');

/** What happens to the accounts of staff. */
export const staffEvents = defineEvents({
  'staff.added': { values: { role }, line: (v) => `Account made with the role ${inside(v.role)}` },
  'staff.changed': {
    values: { from: Type.Optional(role), to: Type.Optional(role) },
    line: (v) =>
      v.to ? `Role changed from ${inside(v.from)} to ${inside(v.to)}` : 'Details of the account changed',
  },
  'staff.suspended': {
    values: { count: Type.Optional(count) },
    line: (v) =>
      v.count === undefined
        ? 'Suspended: signed out everywhere'
        : `Suspended: signed out everywhere. ${counted(v.count, 'follow-up')} became nobody’s`,
  },
  'staff.work_ended': {
    values: { referralsTo: heir, supportTo: heir },
    line: () => 'What was theirs, and they may no longer do, is given on',
  },
  'staff.referrals_given_on': {
    values: { count, to: nullable(id) },
    line: (v) => `${counted(v.count ?? 0, 'open referral')} ${toWhom(v.to)}`,
  },
  'staff.support_given_on': {
    values: { followUps: count, dropIns: count, to: nullable(id) },
    line: (v) =>
      `${counted(v.followUps ?? 0, 'follow-up')} and ${counted(v.dropIns ?? 0, 'drop-in')} ${toWhom(v.to)}`,
  },
  'staff.restored': { values: {}, line: () => 'Let in again' },
  'staff.password_link_made': {
    values: {},
    line: () => 'A link was made by which they set their password',
  },
  'staff.identity_linked': {
    values: {},
    line: () => 'A work account was linked, by which they sign in',
  },
  'staff.identity_unlinked': { values: {}, line: () => 'The link to their work account was taken away' },
  'staff.password_set': { values: {}, line: () => 'Set their password' },
  'staff.signed_in': { values: {}, line: () => 'Signed in' },
  'staff.signed_out': { values: {}, line: () => 'Signed out' },
  'staff.sign_in_refused': { values: {}, line: () => 'Sign-in refused: the password was wrong' },
  'staff.factor_added': {
    values: { kind: oneOf(factorKinds) },
    line: (v) => `A second step for signing in was added: ${factorWords[v.kind ?? 'code']}`,
  },
  'staff.factor_removed': {
    values: { kind: oneOf(factorKinds) },
    line: (v) => `A second step for signing in was removed: ${factorWords[v.kind ?? 'code']}`,
  },
  'staff.factors_reset': {
    values: {},
    line: () => 'The second steps for signing in were reset: signed out everywhere',
  },
  'sign_in_policy.changed': {
    values: { factorRoles: Type.Array(role), erasureByTwo: flag },
    line: (v) =>
      `A second step when signing in is wanted of ${v.factorRoles?.join(', ') || 'nobody'}; ${v.erasureByTwo ? 'two managers erase' : 'one manager erases'} someone`,
  },
  'staff.sessions_revoked': {
    values: { count },
    line: (v) => `Signed out everywhere (${counted(v.count ?? 0, 'session')})`,
  },
});

import Type from 'typebox';
import { defineEvents } from '../shared/event-definitions.ts';
import { count, flag, id, reference } from '../shared/event-values.ts';
import { count as counted, inWords } from '../shared/formats.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { inside, several } from '../shared/sentences.ts';
import { needChanges } from './need.rules.ts';
import { clinicNoteKinds } from './progress.rules.ts';
import { needs, referralStatuses, urgencies } from './referral.rules.ts';

const status = oneOf(referralStatuses);
const moved = { from: status, to: status };
const wanted = Type.Array(oneOf(needs));

const needChanged: Record<string, string> = {
  add: 'added to what they need',
  drop: 'no longer needed',
  meet: 'met in another way',
  reopen: 'needed again',
};

/** How referrals go, from the clinic’s word to the last need that is settled. */
export const referralEvents = defineEvents({
  'referral.received': {
    values: { reference, needs: wanted, urgency: oneOf(urgencies) },
    line: (v) =>
      `Referral received${v.needs ? ` for ${several(v.needs)}` : ''}${v.urgency ? ` (${inside(v.urgency)})` : ''}`,
  },
  'referral.accepted': {
    values: moved,
    line: (v) =>
      `Referral accepted${v.to === 'waiting' ? '. It is on the waiting list' : v.to === 'active' ? '. Support begins' : ''}`,
  },
  'referral.reconsidered': {
    values: moved,
    line: () => 'Acceptance taken back: the referral is to be decided again',
  },
  'referral.declined': { values: moved, line: () => 'Referral declined' },
  'referral.asked': { values: moved, line: () => 'Question for the clinic' },
  'referral.answered': {
    values: moved,
    line: (v) => `The clinic’s answer is here${v.to === 'asked' ? '. Another question is open' : ''}`,
  },
  'referral.withdrawn': { values: moved, line: () => 'Referral withdrawn, with the reason given' },
  'referral.closed': {
    values: moved,
    line: () => 'Referral closed: everything it asked for is settled',
  },
  'referral.reopened': {
    values: moved,
    line: () => 'Referral open again: what had closed it was recorded by mistake',
  },
  'referral.need_changed': {
    values: { needs: wanted, kind: oneOf(needChanges), ...moved },
    line: (v) =>
      `${inWords(several(v.needs))} ${(v.kind && needChanged[v.kind]) ?? 'changed'}, with the reason given`,
  },
  'referral.corrected': {
    values: {
      ...moved,
      added: Type.Optional(wanted),
      removed: Type.Optional(wanted),
      urgency: Type.Optional(oneOf(urgencies)),
      releases: Type.Optional(flag),
    },
    line: (v) =>
      [
        'What was written down of the referral was put right',
        ...(v.added ? [`asked for too: ${several(v.added)}`] : []),
        ...(v.removed ? [`never asked for: ${several(v.removed)}`] : []),
        ...(v.urgency ? [`urgency: ${inside(v.urgency)}`] : []),
      ].join('; '),
  },
  'referral.assessed': { values: {}, line: () => 'What would help was found out with the person' },
  'referral.offer_taken_up': { values: {}, line: () => 'What was suggested was taken up' },
  'referral.assigned': {
    values: { staffId: nullable(id) },
    line: (v) => (v.staffId ? 'Referral given to a member of staff' : 'Referral given back to everyone'),
  },
  'referral.noted': { values: {}, line: () => 'Note added for the office' },
  'referral.clinic_told': {
    values: { kind: oneOf(clinicNoteKinds) },
    line: (v) =>
      v.kind === 'missed_by_mistake'
        ? 'Their clinic was told that the missed contacts were recorded by mistake'
        : 'Their clinic was told that two contacts in a row were missed',
  },
  'referral.sharing_agreed': {
    values: {},
    line: () => 'They agreed that the clinic is told how it goes',
  },
  'referral.sharing_refused': {
    values: {},
    line: () => 'They no longer agree that the clinic is told how it goes',
  },
  'patient.proposals_decided': {
    values: { count },
    line: (v) =>
      `What a referral says of them was decided: ${v.count ? counted(v.count, 'thing') : 'nothing'} taken over`,
  },
});

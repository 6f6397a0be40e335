import { defineEvents } from '../shared/event-definitions.ts';
import { count, day } from '../shared/event-values.ts';
import { count as counted, date } from '../shared/formats.ts';
import { oneOf } from '../shared/schemas.ts';
import { inside } from '../shared/sentences.ts';
import { channels } from './contact.rules.ts';
import { contactStates } from './contact-state.rules.ts';

const contact: Record<string, string> = {
  open: 'They may be contacted again',
  paused: 'Contact paused',
  withdrawn: 'They asked for no more contact. What was planned is cancelled',
  deceased: 'They have died. What was planned is cancelled',
};

/** What happens to the records of people, and what they said of contact. */
export const patientEvents = defineEvents({
  'patient.changed': { values: {}, line: () => 'Their details changed' },
  'patient.contact_state_changed': {
    values: { contactState: oneOf(contactStates) },
    line: (v) => (v.contactState && contact[v.contactState]) ?? 'Contact changed',
  },
  'patient.communication_reviewed': {
    values: {},
    line: () => 'How to communicate with them was confirmed',
  },
  'patient.contact_point_recorded': {
    values: { channel: oneOf(channels) },
    line: (v) =>
      `What they said of a way to reach them was written down${v.channel ? ` (${v.channel === 'sms' ? 'text message' : inside(v.channel)})` : ''}`,
  },
  'patient.asking_wishes_changed': {
    values: {},
    line: () => 'How they wish to be asked how they are was written down',
  },
  'patient.invited_to_shape': {
    values: { on: day },
    line: (v) => `They were asked to help shape the scheme${v.on ? ` on ${date(v.on)}` : ''}`,
  },
  'patient.merged': {
    values: { count },
    line: (v) =>
      `Two records of the same person were merged${v.count ? `: ${counted(v.count, 'thing')} went over` : ''}`,
  },
  'patient.parted': { values: {}, line: () => 'Two records that were merged were parted again' },
  'patient.alike_again': {
    values: {},
    line: () => 'May be the same person as another record, looked at again',
  },
  'patient.kept_apart': { values: {}, line: () => 'Looked like another record, and is someone else' },
});

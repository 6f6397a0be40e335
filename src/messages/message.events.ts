import Type from 'typebox';
import { messageChannels, wordings } from '../people/reach.rules.ts';
import { defineEvents } from '../shared/event-definitions.ts';
import { oneOf } from '../shared/schemas.ts';
import { inside, statusInside } from '../shared/sentences.ts';
import { inboundMeanings, messageStatuses } from './message.rules.ts';

const channel = oneOf(messageChannels);
const status = oneOf(messageStatuses);

const channels: Record<string, string> = { sms: 'Text message', email: 'Email', letter: 'Letter' };
const byText: Record<string, string> = { stop: 'They texted STOP', yes: 'They texted YES' };
const byLink: Record<string, string> = {
  confirm: 'They said that the time is right',
  move: 'They asked for another time',
  ring: 'They asked to be rung',
  lost: 'They said that something is lost',
  run_out: 'They said that something has run out',
  stop: 'They asked us to stop writing to them there',
};

/** What becomes of messages, and what people answer to them. */
export const messageEvents = defineEvents({
  'message.sent': {
    values: { channel, wording: oneOf(wordings) },
    line: (v) => `${message(v)} sent${v.wording ? ` in the ${inside(v.wording)} wording` : ''}`,
  },
  'message.delivered': { values: { channel }, line: (v) => `${message(v)} arrived` },
  'message.failed': {
    values: { channel },
    line: (v) => `${message(v)} did not arrive. It is said again, or by the next way that is safe`,
  },
  'message.answered': {
    values: { kind: oneOf(inboundMeanings), way: Type.Optional(oneOf(['link'])) },
    line: ({ way, kind = 'other' }) => (way === 'link' ? byLink : byText)[kind] ?? 'They sent a text',
  },
  'message.held': {
    values: { status },
    line: () => 'Message held back: there is no safe way to send it now',
  },
  'message.cancelled': { values: { status }, line: () => 'Message cancelled before it went out' },
  'message.retried': {
    values: { from: status, to: status, channel },
    line: (v) => `${message(v)} put back to be sent${v.from ? ` (it was ${statusInside(v.from)})` : ''}`,
  },
});

function message({ channel }: { channel?: string }): string {
  return (channel && channels[channel]) ?? 'Message';
}

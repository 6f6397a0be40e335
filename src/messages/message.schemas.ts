import Type, { type Static } from 'typebox';
import { messageChannels, wordings } from '../people/reach.rules.ts';
import { orderedQuery, pageOf } from '../shared/lists.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { messageStatuses, reminderReasons } from './message.rules.ts';
import { type Why, whyNotSent } from './not-sent.rules.ts';

export const MessageSummary = Type.Object({
  id: Type.String(),
  patient: Type.Object({ id: Type.String(), name: Type.String() }),
  channel: nullable(oneOf(messageChannels)),
  status: oneOf(messageStatuses),
  why: nullable(oneOf(Object.keys(whyNotSent) as Why[])),
  wording: oneOf(wordings),
  toTrusted: Type.Boolean({ description: 'It goes to whom the person trusts, worded for them' }),
  runDate: Type.String(),
  sendAfter: Type.String({ description: 'It goes out at the first dispatch from this instant' }),
  sentAt: nullable(Type.String()),
  text: nullable(
    Type.String({ description: 'What went out, or what would go out now; null when nothing is left to say' }),
  ),
});
export type MessageSummary = Static<typeof MessageSummary>;

const Preview = Type.Object({
  subject: Type.String(),
  body: Type.String(),
  sms: Type.Object({ fragments: Type.Integer(), encoding: Type.String(), units: Type.Integer() }),
});

export const Message = Type.Object({
  ...MessageSummary.properties,
  subject: nullable(Type.String()),
  recipient: nullable(Type.String()),
  changedAt: Type.String(),
  retriable: Type.Boolean(),
  reminders: Type.Array(
    Type.Object({
      id: Type.String(),
      reason: oneOf(reminderReasons),
      subjectId: Type.String({ description: 'The follow-up, or the loan that is due back or overdue' }),
      forDate: Type.String({ description: 'The day that it speaks of' }),
      at: nullable(Type.String({ description: 'Start of the follow-up, instant' })),
      status: oneOf(['standing', 'said', 'cancelled']),
    }),
  ),
  previews: nullable(
    Type.Object(
      { discreet: Preview, identified: Preview },
      {
        description:
          'Both wordings of what would go out now; null once it has gone or nothing is left to say',
      },
    ),
  ),
});
export type Message = Static<typeof Message>;

export const MessageList = pageOf(MessageSummary);
export const MessageQuery = Type.Object(
  {
    ...orderedQuery,
    status: Type.Optional(oneOf(messageStatuses)),
    patientId: Type.Optional(Type.String({ format: 'uuid' })),
  },
  { additionalProperties: false },
);
export type MessageQuery = Static<typeof MessageQuery>;

export const MessageRetried = Type.Object({
  id: Type.String(),
  status: oneOf(['planned', 'queued']),
  sendAfter: Type.String(),
});
export type MessageRetried = Static<typeof MessageRetried>;

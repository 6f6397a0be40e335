import Type, { type Static } from 'typebox';
import { pageOf } from '../shared/lists.ts';
import { nullable, oneOf } from '../shared/schemas.ts';
import { inboundMeanings } from './message.rules.ts';

export const InboundMessage = Type.Object({
  id: Type.String(),
  from: nullable(Type.String({ description: 'The number it came from; null by the link in a message' })),
  messageId: nullable(Type.String({ description: 'The message whose link they answered by' })),
  body: Type.String(),
  meaning: oneOf(inboundMeanings),
  receivedAt: Type.String(),
  patients: Type.Array(Type.Object({ id: Type.String(), name: Type.String() }), {
    description: 'Everyone who has this number, or whose message it was',
  }),
});
export type InboundMessage = Static<typeof InboundMessage>;
export const InboundList = pageOf(InboundMessage);

const provided = (properties: Parameters<typeof Type.Object>[0], example: object) =>
  Type.Object(properties, { additionalProperties: true, examples: [example] });
const anId = '0193594e-6c00-7a4b-9f0e-2f4b7a1c5d3e';
const anyText = Type.Union([Type.String(), Type.Null()]);

/** What GOV.UK Notify says became of a text or an email. Source: alphagov/notifications-tech-docs, callbacks. */
export const NotifyReceipt = provided(
  {
    id: Type.String(),
    reference: anyText,
    status: Type.String(),
  },
  { id: anId, reference: anId, status: 'delivered' },
);
export type NotifyReceipt = { id: string; reference: string | null; status: string };

/** A letter that came back to GOV.UK Notify. */
export const NotifyReturnedLetter = provided(
  { notification_id: Type.String(), reference: anyText },
  { notification_id: anId, reference: anId },
);
export type NotifyReturnedLetter = { notification_id: string; reference: string | null };

/** A text that someone sent to a number of ours. */
export const NotifyInbound = provided(
  {
    id: Type.String({ maxLength: 200 }),
    source_number: Type.String({ maxLength: 50 }),
    message: Type.String({ maxLength: 20_000 }),
  },
  { id: anId, source_number: '447700900123', message: 'Yes' },
);
export type NotifyInbound = { id: string; source_number: string; message: string };

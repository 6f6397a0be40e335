import Type, { type Static } from 'typebox';
import { strictObject } from '../../shared/http.ts';
import { listQuery, pageOf } from '../../shared/lists.ts';
import { nullable, oneOf, text } from '../../shared/schemas.ts';
import { deliveryStatuses, type Fault, faultWords } from './webhook.rules.ts';

const faults = Object.keys(faultWords) as Fault[];
const url = text(500, { description: 'An https address that takes a POST' });

export const NewWebhook = strictObject(
  { url },
  { examples: [{ url: 'https://records.clinic.example/lendwell' }] },
);
export type NewWebhook = Static<typeof NewWebhook>;

export const WebhookChange = strictObject(
  { url: Type.Optional(url), enabled: Type.Optional(Type.Boolean()) },
  { minProperties: 1, examples: [{ enabled: false }] },
);
export type WebhookChange = Static<typeof WebhookChange>;

export const Webhook = Type.Object({
  id: Type.String(),
  url: Type.String(),
  enabled: Type.Boolean(),
  disabledBecause: nullable(
    oneOf(['staff', 'gone'], { description: 'gone: the endpoint answered 410, so it is told nothing more' }),
  ),
  waiting: Type.Integer({ description: 'Deliveries that wait or are tried again' }),
  lastDeliveredAt: nullable(Type.String()),
  lastFault: nullable(oneOf(faults, { description: 'Of the newest attempt' })),
  createdAt: Type.String(),
  changedAt: Type.String(),
});
export type Webhook = Static<typeof Webhook>;
export const WebhookList = Type.Object({ items: Type.Array(Webhook) });

const secret = Type.String({ description: 'For a Standard Webhooks library; shown this once' });
export const WebhookAdded = Type.Object({ id: Type.String(), secret });
export type WebhookAdded = Static<typeof WebhookAdded>;
export const SecretRotated = Type.Object({
  secret,
  oldValidUntil: Type.String({ description: 'Until then each call carries both signatures' }),
});
export type SecretRotated = Static<typeof SecretRotated>;

export const Delivery = Type.Object({
  id: Type.String({ description: 'The `webhook-id` of its calls' }),
  referral: nullable(Type.Object({ id: Type.String(), reference: Type.String() })),
  status: oneOf(deliveryStatuses),
  attempts: Type.Integer(),
  lastStatus: nullable(Type.Integer({ description: 'Status code of the newest answer' })),
  lastFault: nullable(oneOf(faults)),
  nextAt: nullable(Type.String({ description: 'When it is tried again' })),
  createdAt: Type.String(),
  endedAt: nullable(Type.String()),
});
export type Delivery = Static<typeof Delivery>;
export const DeliveryList = pageOf(Delivery);
export const DeliveryQuery = Type.Object(
  { ...listQuery, status: Type.Optional(oneOf(deliveryStatuses)) },
  { additionalProperties: false },
);
export type DeliveryQuery = Static<typeof DeliveryQuery>;

export const DeliveryState = Type.Object({ id: Type.String(), status: oneOf(deliveryStatuses) });
export type DeliveryState = Static<typeof DeliveryState>;
export const TestResult = Type.Object({
  status: nullable(Type.Integer({ description: 'Status code of the answer' })),
  fault: nullable(oneOf(faults)),
  told: Type.String({ description: 'What came of it, in words' }),
});
export type TestResult = Static<typeof TestResult>;

import { defineEvents } from '../../shared/event-definitions.ts';

/** What happens to the addresses that clinics are told at. */
export const webhookEvents = defineEvents({
  'webhook.added': { values: {}, line: () => 'Webhook endpoint added' },
  'webhook.changed': { values: {}, line: () => 'Webhook endpoint changed' },
  'webhook.enabled': { values: {}, line: () => 'Webhook endpoint is told again' },
  'webhook.disabled': { values: {}, line: () => 'Webhook endpoint is no longer told' },
  'webhook.secret_changed': { values: {}, line: () => 'Secret of a webhook endpoint changed' },
  'webhook.tested': { values: {}, line: () => 'Webhook endpoint tested' },
  'webhook.resent': { values: {}, line: () => 'A webhook delivery is sent again' },
});

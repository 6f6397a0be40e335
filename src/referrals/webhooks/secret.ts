import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';

/** The signing secret of an endpoint in the form that Standard Webhooks libraries take; made anew from the data key each time. */
export function signingSecret(key: string, webhookId: string, version: number): string {
  const bytes = createHmac('sha256', key).update(`webhook\n${webhookId}\n${version}`).digest('base64');
  return `whsec_${bytes}`;
}

/**
 * The headers that sign a call, by https://www.standardwebhooks.com: one signature for each secret that is valid.
 * @param id of the delivery; the same each time it is tried
 */
export function signedHeaders(secrets: string[], id: string, at: Date, body: string): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

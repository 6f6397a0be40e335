import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
import { addWebhook, changeWebhook, resendDelivery, rotateSecret, testWebhook } from './webhook.commands.ts';
import { getWebhook, listDeliveries, listWebhooks } from './webhook.queries.ts';
import {
  DeliveryList,
  DeliveryQuery,
  DeliveryState,
  NewWebhook,
  SecretRotated,
  TestResult,
  Webhook,
  WebhookAdded,
  WebhookChange,
  WebhookList,
} from './webhook.schemas.ts';

const tags = ['Webhooks'];

/** /clinics/:id/webhooks and /webhooks: where clinics' systems are told of changes, and what came of it. */
export function webhookRoutes(app: App, deps: Deps): void {
  reads(app, '/clinics/:id/webhooks', {
    action: 'clinics.read',
    operationId: 'listWebhooks',
    summary: 'The endpoints of a clinic',
    tags,
    params: idParams,
    gives: WebhookList,
    problems: ['not-found'],
    call: async ({ params }) => ({ items: (await listWebhooks(deps.db, params.id)).items }),
  });

  creates(app, '/clinics/:id/webhooks', {
    action: 'clinics.manage',
    operationId: 'addWebhook',
    summary: 'Tell this endpoint when a referral of the clinic changes; the secret is shown once',
    tags,
    params: idParams,
    body: NewWebhook,
    gives: WebhookAdded,
    problems: ['not-found', 'invalid', 'conflict'],
    call: ({ ctx, params, body }) => addWebhook(deps, ctx, params.id, body),
  });

  reads(app, '/webhooks/:id', {
    action: 'clinics.read',
    operationId: 'getWebhook',
    summary: 'One endpoint',
    tags,
    params: idParams,
    gives: Webhook,
    problems: ['not-found'],
    call: ({ params }) => getWebhook(deps.db, params.id),
    etag: (webhook) => etagOf(webhook.id, webhook.changedAt),
  });

  changes(app, '/webhooks/:id', {
    action: 'clinics.manage',
    operationId: 'changeWebhook',
    summary: 'Change its address, or stop and start telling it; wants If-Match',
    tags,
    params: idParams,
    body: WebhookChange,
    gives: Webhook,
    problems: ['not-found', 'invalid', 'if-match-required', 'changed-meanwhile', 'conflict'],
    async call({ ctx, params: { id }, body }) {
      await changeWebhook(deps, ctx, id, body);
      return getWebhook(deps.db, id);
    },
    etag: (webhook) => etagOf(webhook.id, webhook.changedAt),
  });

  creates(app, '/webhooks/:id/rotations', {
    action: 'clinics.manage',
    operationId: 'rotateWebhookSecret',
    summary: 'Make a new secret; the old one signs too for a day',
    tags,
    params: idParams,
    gives: SecretRotated,
    problems: ['not-found', 'conflict'],
    call: ({ ctx, params }) => rotateSecret(deps, ctx, params.id),
  });

  creates(app, '/webhooks/:id/tests', {
    action: 'clinics.manage',
    operationId: 'testWebhook',
    summary: 'Call it now with a test, and say what came of it',
    tags,
    params: idParams,
    gives: TestResult,
    problems: ['not-found'],
    call: ({ ctx, params }) => testWebhook(deps, ctx, params.id),
  });

  lists(app, '/webhooks/:id/deliveries', {
    action: 'clinics.read',
    operationId: 'listDeliveries',
    summary: 'What it was told and what came of it, the newest first, for 90 days',
    tags,
    params: idParams,
    querystring: DeliveryQuery,
    gives: DeliveryList,
    problems: ['not-found'],
    async call({ params, query }) {
      await getWebhook(deps.db, params.id);
      return listDeliveries(deps.db, params.id, query);
    },
  });

  creates(app, '/webhook-deliveries/:id/retries', {
    action: 'clinics.manage',
    operationId: 'resendDelivery',
    summary: 'Send it again, with the referral as it is now',
    tags,
    params: idParams,
    gives: DeliveryState,
    problems: ['not-found', 'conflict'],
    call: ({ ctx, params }) => resendDelivery(deps, ctx, params.id),
  });
}

import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
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
  app.get(
    '/clinics/:id/webhooks',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'The endpoints of a clinic',
        tags,
        params: idParams,
        response: { 200: WebhookList, ...problemReplies('not-found') },
      },
    },
    async (request) => ({ items: (await listWebhooks(deps.db, request.params.id)).items }),
  );

  app.post(
    '/clinics/:id/webhooks',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'addWebhook',
        summary: 'Tell this endpoint when a referral of the clinic changes; the secret is shown once',
        tags,
        params: idParams,
        body: NewWebhook,
        response: { 201: WebhookAdded, ...problemReplies('not-found', 'invalid', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await addWebhook(deps, request.ctx, request.params.id, request.body)),
  );

  app.get(
    '/webhooks/:id',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'getWebhook',
        summary: 'One endpoint',
        tags,
        params: idParams,
        response: { 200: Webhook, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const webhook = await getWebhook(deps.db, request.params.id);
      return reply.header('etag', etagOf(webhook.id, webhook.changedAt)).send(webhook);
    },
  );

  app.patch(
    '/webhooks/:id',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'changeWebhook',
        summary: 'Change its address, or stop and start telling it; wants If-Match',
        tags,
        params: idParams,
        body: WebhookChange,
        response: {
          200: Webhook,
          ...problemReplies('not-found', 'invalid', 'if-match-required', 'changed-meanwhile', 'conflict'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await changeWebhook(deps, request.ctx, id, request.body, request.headers['if-match']);
      const webhook = await getWebhook(deps.db, id);
      return reply.header('etag', etagOf(id, webhook.changedAt)).send(webhook);
    },
  );

  app.post(
    '/webhooks/:id/rotations',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Make a new secret; the old one signs too for a day',
        tags,
        params: idParams,
        response: { 201: SecretRotated, ...problemReplies('not-found', 'conflict') },
      },
    },
    async (request, reply) => reply.code(201).send(await rotateSecret(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/webhooks/:id/tests',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Call it now with a test, and say what came of it',
        tags,
        params: idParams,
        response: { 201: TestResult, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await testWebhook(deps, request.ctx, request.params.id)),
  );

  app.get(
    '/webhooks/:id/deliveries',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'listDeliveries',
        summary: 'What it was told and what came of it, the newest first, for 90 days',
        tags,
        params: idParams,
        querystring: DeliveryQuery,
        response: { 200: DeliveryList, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      await getWebhook(deps.db, request.params.id);
      return sendPage(request, reply, listDeliveries(deps.db, request.params.id, request.query));
    },
  );

  app.post(
    '/webhook-deliveries/:id/retries',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'resendDelivery',
        summary: 'Send it again, with the referral as it is now',
        tags,
        params: idParams,
        response: { 201: DeliveryState, ...problemReplies('not-found', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await resendDelivery(deps, request.ctx, request.params.id)),
  );
}

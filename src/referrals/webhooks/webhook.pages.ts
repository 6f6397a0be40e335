import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../../web/forms.ts';
import { addWebhook, changeWebhook, resendDelivery, rotateSecret, testWebhook } from './webhook.commands.ts';
import { getWebhook, listDeliveries, listWebhooks, webhookOf } from './webhook.queries.ts';
import { faultWords } from './webhook.rules.ts';
import { NewWebhook } from './webhook.schemas.ts';

const words = { url: 'Enter the address, like https://records.clinic.example/lendwell' };
const onePage = 'referrals/webhooks/views/webhook.njk';

/** /settings/clinics/:id/webhooks and /settings/webhooks/:id: endpoints, their secret, a test, and the log. */
export function webhookPages(app: App, deps: Deps): void {
  const read = { config: { action: 'clinics.read' } } as const;
  const manage = { config: { action: 'clinics.manage' } } as const;
  const one = { schema: { params: idParams } } as const;

  app.get('/settings/clinics/:id/webhooks', { ...read, ...one }, async (request, reply) =>
    reply.page('referrals/webhooks/views/list.njk', await listView(request.params.id, newForm())),
  );

  app.post('/settings/clinics/:id/webhooks', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const added = await addWebhook(deps, request.ctx, id, fields(NewWebhook, typed, words));
      return reply.page('referrals/webhooks/views/secret.njk', {
        webhook: await getWebhook(deps.db, added.id),
        secret: added.secret,
      });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('referrals/webhooks/views/list.njk', await listView(id, form));
    }
  });

  app.get(
    '/settings/webhooks/:id',
    { ...read, schema: { params: idParams, querystring: Type.Object(listQuery) } },
    async (request, reply) => reply.page(onePage, await oneView(request.params.id, request.query)),
  );

  app.post('/settings/webhooks/:id', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { version, enabled, ...typed } = typedIn(request.body) as Typed;
    try {
      const change = enabled ? { enabled: enabled === 'true' } : fields(NewWebhook, typed, words);
      await changeWebhook(deps, request.ctx, id, change, String(version));
      return reply.done(`/settings/webhooks/${id}`, { text: 'The endpoint is saved.' });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(onePage, await oneView(id, undefined, form, String(version)));
    }
  });

  app.post('/settings/webhooks/:id/rotations', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    try {
      const { secret, oldValidUntil } = await rotateSecret(deps, request.ctx, id);
      return reply.page('referrals/webhooks/views/secret.njk', {
        webhook: await getWebhook(deps.db, id),
        secret,
        oldValidUntil,
      });
    } catch (error) {
      const form = refused({}, error);
      return reply.code(form.status).page(onePage, await oneView(id, undefined, form));
    }
  });

  app.post('/settings/webhooks/:id/tests', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { told } = await testWebhook(deps, request.ctx, id);
    return reply.done(`/settings/webhooks/${id}`, { text: `The test was sent. ${told}` });
  });

  app.post('/settings/webhook-deliveries/:id/retries', { ...manage, ...one }, async (request, reply) => {
    const webhookId = await webhookOf(deps.db, request.params.id);
    try {
      await resendDelivery(deps, request.ctx, request.params.id);
      return reply.done(`/settings/webhooks/${webhookId}`, { text: 'It is sent again within a minute.' });
    } catch (error) {
      const form = refused({}, error);
      return reply.code(form.status).page(onePage, await oneView(webhookId, undefined, form));
    }
  });

  async function listView(id: string, form: Form) {
    return { ...(await listWebhooks(deps.db, id)), id, form, faultWords };
  }

  /** @param seen the version that was seen, where a change was sent */
  async function oneView(
    id: string,
    page: { limit: number; after?: string } = { limit: 50 },
    sent?: Form,
    seen?: string,
  ) {
    const [webhook, log] = await Promise.all([getWebhook(deps.db, id), listDeliveries(deps.db, id, page)]);
    const form = sent ? besideTheOther(sent, { url: webhook.url }) : newForm({ url: webhook.url });
    return {
      webhook,
      version: versionToSend(form, seen, etagOf(id, webhook.changedAt)),
      log,
      after: page.after,
      faultWords,
      form,
    };
  }
}

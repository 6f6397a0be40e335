import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { listQuery } from '../../shared/lists.ts';
import { besideTheOther, versionToSend } from '../../web/edit-conflict.ts';
import { type Form, fields } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { addWebhook, changeWebhook, resendDelivery, rotateSecret, testWebhook } from './webhook.commands.ts';
import { getWebhook, listDeliveries, listWebhooks, webhookOf } from './webhook.queries.ts';
import { faultWords } from './webhook.rules.ts';
import { NewWebhook } from './webhook.schemas.ts';

const words = { url: 'Enter the address, like https://records.clinic.example/lendwell' };
const onePage = 'referrals/webhooks/views/webhook.njk';

/** /settings/clinics/:id/webhooks and /settings/webhooks/:id: endpoints, their secret, a test, and the log. */
export function webhookPages(app: App, deps: Deps): void {
  const manage = { action: 'clinics.manage', params: idParams } as const;
  formPage(app, '/settings/clinics/:id/webhooks', {
    ...manage,
    reads: 'clinics.read',
    view: 'referrals/webhooks/views/list.njk',
    show: async (_form, { params: { id } }) => ({ ...(await listWebhooks(deps.db, id)), id, faultWords }),
    async take(typed, { ctx, params: { id } }, reply) {
      const added = await addWebhook(deps, ctx, id, fields(NewWebhook, typed, words));
      return reply.code(201).page('referrals/webhooks/views/secret.njk', {
        webhook: await getWebhook(deps.db, added.id),
        secret: added.secret,
      });
    },
  });

  formPage(app, '/settings/webhooks/:id', {
    ...manage,
    reads: 'clinics.read',
    querystring: Type.Object(listQuery),
    view: onePage,
    show: (form, { params, query }) => oneView(params.id, query, form),
    async take({ version, enabled, ...typed }, { ctx, params: { id } }) {
      const change = enabled ? { enabled: enabled === 'true' } : fields(NewWebhook, typed, words);
      await changeWebhook(deps, { ...ctx, ifMatch: String(version) }, id, change);
      return { href: `/settings/webhooks/${id}`, text: 'The endpoint is saved.' };
    },
  });

  submit(app, '/settings/webhooks/:id/rotations', {
    ...manage,
    view: onePage,
    show: (form, { params }) => oneView(params.id, undefined, form),
    async take(_typed, { ctx, params: { id } }, reply) {
      const { secret, oldValidUntil } = await rotateSecret(deps, ctx, id);
      return reply.code(201).page('referrals/webhooks/views/secret.njk', {
        webhook: await getWebhook(deps.db, id),
        secret,
        oldValidUntil,
      });
    },
  });

  submit(app, '/settings/webhooks/:id/tests', {
    ...manage,
    async take(_typed, { ctx, params: { id } }) {
      const { told } = await testWebhook(deps, ctx, id);
      return { href: `/settings/webhooks/${id}`, text: `The test was sent. ${told}` };
    },
  });

  submit(app, '/settings/webhook-deliveries/:id/retries', {
    ...manage,
    view: onePage,
    show: async (form, { params }) => oneView(await webhookOf(deps.db, params.id), undefined, form),
    async take(_typed, { ctx, params }) {
      const webhookId = await webhookOf(deps.db, params.id);
      await resendDelivery(deps, ctx, params.id);
      return { href: `/settings/webhooks/${webhookId}`, text: 'It is sent again within a minute.' };
    },
  });

  async function oneView(id: string, page: { limit: number; after?: string } = { limit: 50 }, sent?: Form) {
    const [webhook, log] = await Promise.all([getWebhook(deps.db, id), listDeliveries(deps.db, id, page)]);
    const form = besideTheOther(sent, { url: webhook.url });
    return {
      webhook,
      version: versionToSend(form, etagOf(id, webhook.changedAt)),
      log,
      after: page.after,
      faultWords,
      form,
    };
  }
}

import type { FastifyReply } from 'fastify';
import { getOrganisation } from '../scheme/organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, refused, type Typed, typedIn } from '../web/forms.ts';
import { addApiClient, addApiKey, changeApiClient, revokeApiKey } from './client.commands.ts';
import { getApiClient, listApiClients } from './client.queries.ts';
import { mostValidKeys } from './client.rules.ts';
import { NewApiClient } from './client.schemas.ts';

const words = { name: 'Enter the name of the system', role: 'Choose what it may do' };
const { name, role, ratePerMinute } = NewApiClient.properties;
const ClinicsClient = strictObject({ name, ratePerMinute });
const OtherClient = strictObject({ name, role, ratePerMinute });
const roles = [
  {
    value: 'integration',
    text: 'Integration',
    hint: 'Records donations and reads the stock; sees no patient',
  },
  { value: 'officer', text: 'Officer', hint: 'May do what an inclusion officer may' },
];
const onePage = 'access/views/client.njk';
const listPage = 'access/views/clients.njk';

/** /settings/clinics/:id/keys, /settings/keys and /settings/api-clients/:id: systems that call the API, and their keys. */
export function clientPages(app: App, deps: Deps): void {
  const manage = { config: { action: 'clinics.manage' } } as const;
  const one = { schema: { params: idParams } } as const;

  app.get('/settings/keys', manage, async (_request, reply) =>
    reply.page(listPage, await listView(null, newForm())),
  );
  app.post('/settings/keys', manage, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      return await showNewKey(request.ctx, reply, fields(OtherClient, typed, words));
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(listPage, await listView(null, form));
    }
  });

  app.get('/settings/clinics/:id/keys', { ...manage, ...one }, async (request, reply) =>
    reply.page(listPage, await listView(request.params.id, newForm())),
  );
  app.post('/settings/clinics/:id/keys', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const typed = typedIn(request.body);
    try {
      const client = { ...fields(ClinicsClient, typed, words), role: 'clinic', clinicId: id } as const;
      return await showNewKey(request.ctx, reply, client);
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(listPage, await listView(id, form));
    }
  });

  app.get('/settings/api-clients/:id', { ...manage, ...one }, async (request, reply) =>
    reply.page(onePage, await oneView(request.params.id)),
  );

  app.post('/settings/api-clients/:id', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    const { version, enabled, ...typed } = typedIn(request.body) as Typed;
    try {
      if (enabled) {
        await changeApiClient(deps, request.ctx, id, { enabled: enabled === 'true' }, String(version));
      } else {
        const { ratePerMinute = null, ...rest } = fields(ClinicsClient, typed, words);
        await changeApiClient(deps, request.ctx, id, { ...rest, ratePerMinute }, String(version));
      }
      return reply.done(`/settings/api-clients/${id}`, { text: 'The system is saved.' });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(onePage, await oneView(id, form, String(version)));
    }
  });

  app.post('/settings/api-clients/:id/keys', { ...manage, ...one }, async (request, reply) => {
    const { id } = request.params;
    try {
      const { key } = await addApiKey(deps, request.ctx, id);
      return reply.page('access/views/key.njk', { client: await getApiClient(deps.db, id), key });
    } catch (error) {
      const form = refused({}, error);
      return reply.code(form.status).page(onePage, await oneView(id, form));
    }
  });

  app.post('/settings/api-keys/:id/revocations', { ...manage, ...one }, async (request, reply) => {
    const { clientId } = await revokeApiKey(deps, request.ctx, request.params.id);
    return reply.done(`/settings/api-clients/${clientId}`, { text: 'The key no longer works.' });
  });

  /** Adds the system with its first key, which is shown in the reply itself: a redirect would have to carry it somewhere. */
  async function showNewKey(ctx: Context, reply: FastifyReply, client: NewApiClient) {
    const { id } = await addApiClient(deps, ctx, client);
    const { key } = await addApiKey(deps, ctx, id);
    return reply.page('access/views/key.njk', { client: await getApiClient(deps.db, id), key });
  }

  async function listView(clinicId: string | null, form: Form) {
    const [clinic, { items }] = await Promise.all([
      clinicId ? getOrganisation(deps.db, clinicId) : null,
      listApiClients(deps.db, { clinicId, limit: 200 }),
    ]);
    return { clinic, items, usual: deps.config.RATE_PER_MINUTE, roles, form };
  }

  /** @param seen the version that was seen, where a change was sent */
  async function oneView(id: string, sent?: Form, seen?: string) {
    const client = await getApiClient(deps.db, id);
    const kept = { name: client.name, ratePerMinute: String(client.ratePerMinute ?? '') };
    const form = sent ? besideTheOther(sent, kept) : newForm(kept);
    const valid = client.keys.filter(({ revokedAt }) => revokedAt === null);
    return {
      client,
      valid,
      revoked: client.keys.filter(({ revokedAt }) => revokedAt !== null),
      mayAdd: valid.length < mostValidKeys,
      version: versionToSend(form, seen, etagOf(id, client.changedAt)),
      usual: deps.config.RATE_PER_MINUTE,
      form,
    };
  }
}

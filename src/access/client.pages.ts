import type { FastifyReply } from 'fastify';
import { getOrganisation } from '../scheme/organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, type Typed } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { addApiClient, addApiKey, changeApiClient, revokeApiKey } from './client.commands.ts';
import { getApiClient, listApiClients } from './client.queries.ts';
import { keyDays, mostValidKeys } from './client.rules.ts';
import { NewApiClient, NewApiKey } from './client.schemas.ts';

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
  const manage = { action: 'clinics.manage' } as const;
  const one = { ...manage, params: idParams } as const;

  formPage(app, '/settings/keys', {
    ...manage,
    view: listPage,
    show: () => listView(null),
    async take(typed, { ctx }, reply) {
      return showNewKey(ctx, reply, fields(OtherClient, typed, words));
    },
  });

  formPage(app, '/settings/clinics/:id/keys', {
    ...one,
    view: listPage,
    show: (_form, { params }) => listView(params.id),
    async take(typed, { ctx, params: { id } }, reply) {
      const client = { ...fields(ClinicsClient, typed, words), role: 'clinic', clinicId: id } as const;
      return showNewKey(ctx, reply, client);
    },
  });

  formPage(app, '/settings/api-clients/:id', {
    ...one,
    view: onePage,
    show: (form, { params }) => oneView(params.id, form),
    async take({ version, enabled, ...typed }, { ctx, params: { id } }) {
      if (enabled) {
        await changeApiClient(deps, { ...ctx, ifMatch: String(version) }, id, {
          enabled: enabled === 'true',
        });
      } else {
        const { ratePerMinute = null, ...rest } = fields(ClinicsClient, typed, words);
        await changeApiClient(deps, { ...ctx, ifMatch: String(version) }, id, { ...rest, ratePerMinute });
      }
      return { href: `/settings/api-clients/${id}`, text: 'The system is saved.' };
    },
  });

  submit(app, '/settings/api-clients/:id/keys', {
    ...one,
    view: onePage,
    show: (form, { params }) => oneView(params.id, form),
    async take(typed, { ctx, params: { id } }, reply) {
      const made = await addApiKey(deps, ctx, id, keyIn(typed));
      return reply
        .code(201)
        .page('access/views/key.njk', { client: await getApiClient(deps.db, id), ...made });
    },
  });

  submit(app, '/settings/api-keys/:id/revocations', {
    ...one,
    async take(_typed, { ctx, params }) {
      const { clientId } = await revokeApiKey(deps, ctx, params.id);
      return { href: `/settings/api-clients/${clientId}`, text: 'The key no longer works.' };
    },
  });

  /** Adds the system with its first key, which is shown in the reply itself: a redirect would have to carry it somewhere. */
  async function showNewKey(ctx: Context, reply: FastifyReply, client: NewApiClient) {
    const { id } = await addApiClient(deps, ctx, client);
    const made = await addApiKey(deps, ctx, id);
    return reply.code(201).page('access/views/key.njk', { client: await getApiClient(deps.db, id), ...made });
  }

  async function listView(clinicId: string | null) {
    const [clinic, { items }] = await Promise.all([
      clinicId ? getOrganisation(deps.db, clinicId) : null,
      listApiClients(deps.db, { clinicId, limit: 200 }),
    ]);
    return { clinic, items, usual: deps.config.RATE_PER_MINUTE, roles };
  }

  async function oneView(id: string, sent?: Form) {
    const client = await getApiClient(deps.db, id);
    const kept = { name: client.name, ratePerMinute: String(client.ratePerMinute ?? '') };
    const form = besideTheOther(sent, kept);
    const now = timestamp(deps.clock);
    const isValid = ({ revokedAt, expiresAt }: (typeof client.keys)[number]) =>
      revokedAt === null && (expiresAt === null || expiresAt > now);
    const valid = client.keys.filter(isValid);
    return {
      client,
      valid,
      revoked: client.keys.filter((key) => !isValid(key)),
      keyDays,
      mayAdd: valid.length < mostValidKeys,
      version: versionToSend(form, etagOf(id, client.changedAt)),
      usual: deps.config.RATE_PER_MINUTE,
      form,
    };
  }
}

/** The key that a form asks for; its networks stand in lines. */
function keyIn({ addresses, ...typed }: Typed): NewApiKey {
  const networks = String(addresses ?? '')
    .split(/[\s,;]+/)
    .filter(Boolean);
  return fields(
    NewApiKey,
    { ...typed, ...(networks.length && { addresses: networks }) },
    { days: `Enter a number of days, up to ${keyDays.most}` },
  );
}

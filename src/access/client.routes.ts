import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { addApiClient, addApiKey, changeApiClient, revokeApiKey } from './client.commands.ts';
import { getApiClient, listApiClients } from './client.queries.ts';
import {
  ApiClient,
  ApiClientChange,
  ApiClientList,
  ApiClientQuery,
  KeyMade,
  KeyRevoked,
  NewApiClient,
  NewKeyOrNone,
} from './client.schemas.ts';

const tags = ['API clients'];

/** /api-clients: the systems that call, and their keys. */
export function clientRoutes(app: App, deps: Deps): void {
  lists(app, '/api-clients', {
    action: 'clinics.manage',
    operationId: 'listApiClients',
    summary: 'The systems that call, with when their keys were last used',
    tags,
    querystring: ApiClientQuery,
    gives: ApiClientList,
    call: ({ query }) => listApiClients(deps.db, query),
  });

  creates(app, '/api-clients', {
    action: 'clinics.manage',
    operationId: 'addApiClient',
    summary: 'Add a system that will call',
    tags,
    body: NewApiClient,
    gives: ApiClient,
    problems: ['invalid'],
    async call({ ctx, body }) {
      const { id } = await addApiClient(deps, ctx, body);
      return getApiClient(deps.db, id);
    },
    etag: (client) => etagOf(client.id, client.changedAt),
    location: (client) => `/api-clients/${client.id}`,
  });

  reads(app, '/api-clients/:id', {
    action: 'clinics.manage',
    operationId: 'getApiClient',
    summary: 'One system that calls',
    tags,
    params: idParams,
    gives: ApiClient,
    problems: ['not-found'],
    call: ({ params }) => getApiClient(deps.db, params.id),
    etag: (client) => etagOf(client.id, client.changedAt),
  });

  changes(app, '/api-clients/:id', {
    action: 'clinics.manage',
    operationId: 'changeApiClient',
    summary: 'Rename it, limit it otherwise, or stop and start all of its keys; wants If-Match',
    tags,
    params: idParams,
    body: ApiClientChange,
    gives: ApiClient,
    problems: ['not-found', 'invalid', 'if-match-required', 'changed-meanwhile'],
    async call({ ctx, params: { id }, body }) {
      await changeApiClient(deps, ctx, id, body);
      return getApiClient(deps.db, id);
    },
    etag: (client) => etagOf(client.id, client.changedAt),
  });

  app.post(
    '/api-clients/:id/keys',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'addApiKey',
        summary: 'Make a key; two are valid at a time. A repeat makes another in place of the first',
        tags,
        params: idParams,
        body: NewKeyOrNone,
        response: { 201: KeyMade, ...problemReplies('not-found', 'invalid', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await addApiKey(deps, request.ctx, request.params.id, request.body ?? {})),
  );

  creates(app, '/api-keys/:id/revocations', {
    action: 'clinics.manage',
    operationId: 'revokeApiKey',
    summary: 'Revoke a key, at once and for good',
    tags,
    params: idParams,
    gives: KeyRevoked,
    problems: ['not-found'],
    call: ({ ctx, params }) => revokeApiKey(deps, ctx, params.id),
  });
}

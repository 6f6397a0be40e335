import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
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
} from './client.schemas.ts';

const tags = ['API clients'];

/** /api-clients: the systems that call, and their keys. */
export function clientRoutes(app: App, deps: Deps): void {
  app.get(
    '/api-clients',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'listApiClients',
        summary: 'The systems that call, with when their keys were last used',
        tags,
        querystring: ApiClientQuery,
        response: { 200: ApiClientList },
      },
    },
    (request, reply) => sendPage(request, reply, listApiClients(deps.db, request.query)),
  );

  app.post(
    '/api-clients',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'addApiClient',
        summary: 'Add a system that will call',
        tags,
        body: NewApiClient,
        response: { 201: ApiClient, ...problemReplies('invalid') },
      },
    },
    async (request, reply) => {
      const { id } = await addApiClient(deps, request.ctx, request.body);
      const client = await getApiClient(deps.db, id);
      return reply
        .code(201)
        .header('location', `/api/v1/api-clients/${id}`)
        .header('etag', etagOf(id, client.changedAt))
        .send(client);
    },
  );

  app.get(
    '/api-clients/:id',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'getApiClient',
        summary: 'One system that calls',
        tags,
        params: idParams,
        response: { 200: ApiClient, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const client = await getApiClient(deps.db, request.params.id);
      return reply.header('etag', etagOf(client.id, client.changedAt)).send(client);
    },
  );

  app.patch(
    '/api-clients/:id',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'changeApiClient',
        summary: 'Rename it, limit it otherwise, or stop and start all of its keys; wants If-Match',
        tags,
        params: idParams,
        body: ApiClientChange,
        response: {
          200: ApiClient,
          ...problemReplies('not-found', 'invalid', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await changeApiClient(deps, request.ctx, id, request.body, request.headers['if-match']);
      const client = await getApiClient(deps.db, id);
      return reply.header('etag', etagOf(id, client.changedAt)).send(client);
    },
  );

  app.post(
    '/api-clients/:id/keys',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'addApiKey',
        summary: 'Make a key; two are valid at a time. A repeat makes another in place of the first',
        tags,
        params: idParams,
        response: { 201: KeyMade, ...problemReplies('not-found', 'conflict') },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await addApiKey(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/api-keys/:id/revocations',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke a key, at once and for good',
        tags,
        params: idParams,
        response: { 201: KeyRevoked, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await revokeApiKey(deps, request.ctx, request.params.id)),
  );
}

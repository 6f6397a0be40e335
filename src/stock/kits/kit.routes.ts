import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies } from '../../shared/http.ts';
import { addKit, changeKit } from './kit.commands.ts';
import { getKit, listKits } from './kit.queries.ts';
import { Kit, KitChange, KitList, KitQuery, NewKit } from './kit.schemas.ts';

const tags = ['Kits'];

/** /kits: what goes out together, as data. */
export function kitRoutes(app: App, deps: Deps): void {
  app.get(
    '/kits',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'listKits',
        summary: 'The kits by name, with their lines',
        tags,
        querystring: KitQuery,
        response: { 200: KitList },
      },
    },
    async (request) => ({ items: await listKits(deps.db, request.query) }),
  );

  app.get(
    '/kits/:id',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getKit',
        summary: 'One kit',
        tags,
        params: idParams,
        response: { 200: Kit, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const kit = await getKit(deps.db, request.params.id);
      return reply.header('etag', etagOf(kit.id, kit.changedAt)).send(kit);
    },
  );

  app.post(
    '/kits',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addKit',
        summary: 'Add a kit',
        tags,
        body: NewKit,
        response: { 201: Kit, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const kit = await addKit(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/kits/${kit.id}`)
        .header('etag', etagOf(kit.id, kit.changedAt))
        .send(kit);
    },
  );

  app.patch(
    '/kits/:id',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeKit',
        summary: 'Rename a kit, give it other lines, retire it or take it back into use',
        tags,
        params: idParams,
        headers: ifMatch,
        body: KitChange,
        response: {
          200: Kit,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const kit = await changeKit(
        deps,
        request.ctx,
        request.params.id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOf(kit.id, kit.changedAt)).send(kit);
    },
  );
}

import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies } from '../../shared/http.ts';
import { getLocation } from './location.queries.ts';
import { Location, LocationChange, NewLocation } from './location.schemas.ts';
import { addLocation, changeLocation } from './organisation.commands.ts';

const tags = ['Organisations'];

/** /locations: adding a place, one place, changing it. */
export function locationRoutes(app: App, deps: Deps): void {
  app.post(
    '/locations',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addLocation',
        summary: 'Add a place that holds stock or hosts people',
        tags,
        body: NewLocation,
        response: { 201: Location, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const location = await addLocation(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/locations/${location.id}`)
        .header('etag', etagOf(location.id, location.changedAt))
        .send(location);
    },
  );

  app.get(
    '/locations/:id',
    {
      config: { action: 'organisations.read' },
      schema: {
        operationId: 'getLocation',
        summary: 'One place, with how many devices are kept there',
        tags,
        params: idParams,
        response: { 200: Location, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const location = await getLocation(deps.db, request.params.id);
      return reply.header('etag', etagOf(location.id, location.changedAt)).send(location);
    },
  );

  app.patch(
    '/locations/:id',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeLocation',
        summary: 'Rename a place, or say what it is and who runs it',
        tags,
        params: idParams,
        headers: ifMatch,
        body: LocationChange,
        response: {
          200: Location,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const location = await changeLocation(deps, request.ctx, id, request.body, request.headers['if-match']);
      return reply.header('etag', etagOf(id, location.changedAt)).send(location);
    },
  );
}

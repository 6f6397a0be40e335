import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams, problemReplies, sendPage } from '../../shared/http.ts';
import { oneOf } from '../../shared/schemas.ts';
import { changeOrganisation, createOrganisation } from './organisation.commands.ts';
import { getOrganisation, listClinics, listLocations, listOrganisations } from './organisation.queries.ts';
import { locationKinds } from './organisation.rules.ts';
import {
  NewOrganisation,
  NewSuccession,
  Organisation,
  OrganisationChange,
  OrganisationList,
  OrganisationQuery,
} from './organisation.schemas.ts';
import { succeedOrganisation } from './succession.commands.ts';

const Named = { id: Type.String(), name: Type.String() };
const tags = ['Organisations'];

/** /organisations: donors, clinics and the like; /locations and /clinics: short lists to choose from. */
export function organisationRoutes(app: App, deps: Deps): void {
  app.get(
    '/locations',
    {
      config: { action: 'organisations.read' },
      schema: {
        operationId: 'listLocations',
        summary: 'The places that hold stock or host people',
        tags,
        response: {
          200: Type.Object({
            items: Type.Array(Type.Object({ ...Named, kind: oneOf(locationKinds) })),
          }),
        },
      },
    },
    async () => ({ items: await listLocations(deps.db) }),
  );

  app.get(
    '/clinics',
    {
      config: { action: 'organisations.read' },
      schema: {
        operationId: 'listClinics',
        summary: 'The clinics that refer',
        tags,
        response: { 200: Type.Object({ items: Type.Array(Type.Object(Named)) }) },
      },
    },
    async () => ({ items: await listClinics(deps.db) }),
  );

  app.get(
    '/organisations',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'listOrganisations',
        summary: 'Organisations by name',
        tags,
        querystring: OrganisationQuery,
        response: { 200: OrganisationList },
      },
    },
    (request, reply) => sendPage(request, reply, listOrganisations(deps.db, request.query)),
  );

  app.post(
    '/organisations',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'createOrganisation',
        summary: 'Add an organisation',
        tags,
        body: NewOrganisation,
        response: { 201: Organisation, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const made = await createOrganisation(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/organisations/${made.id}`)
        .header('etag', etagOf(made.id, made.changedAt))
        .send(made);
    },
  );

  app.get(
    '/organisations/:id',
    {
      config: { action: 'clinics.read' },
      schema: {
        operationId: 'getOrganisation',
        summary: 'One organisation',
        tags,
        params: idParams,
        response: { 200: Organisation, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const found = await getOrganisation(deps.db, request.params.id);
      return reply.header('etag', etagOf(found.id, found.changedAt)).send(found);
    },
  );

  app.patch(
    '/organisations/:id',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'changeOrganisation',
        summary: 'Change an organisation; wants If-Match',
        tags,
        params: idParams,
        body: OrganisationChange,
        response: {
          200: Organisation,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const changed = await changeOrganisation(
        deps,
        request.ctx,
        id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOf(id, changed.changedAt)).send(changed);
    },
  );

  app.post(
    '/organisations/:id/successions',
    {
      config: { action: 'clinics.manage' },
      schema: {
        operationId: 'succeedOrganisation',
        summary:
          'Note that another organisation has taken it over; its referrals stay, and are the other’s too',
        tags,
        params: idParams,
        body: NewSuccession,
        response: { 201: Organisation, ...problemReplies('not-found', 'invalid', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await succeedOrganisation(deps, request.ctx, request.params.id, request.body)),
  );
}

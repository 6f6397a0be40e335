import Type from 'typebox';
import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, lists, reads } from '../../shared/routes.ts';
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
  reads(app, '/locations', {
    action: 'organisations.read',
    operationId: 'listLocations',
    summary: 'The places that hold stock or host people',
    tags,
    gives: Type.Object({
      items: Type.Array(Type.Object({ ...Named, kind: oneOf(locationKinds) })),
    }),
    call: async () => ({ items: await listLocations(deps.db) }),
  });

  reads(app, '/clinics', {
    action: 'organisations.read',
    operationId: 'listClinics',
    summary: 'The clinics that refer',
    tags,
    gives: Type.Object({ items: Type.Array(Type.Object(Named)) }),
    call: async () => ({ items: await listClinics(deps.db) }),
  });

  lists(app, '/organisations', {
    action: 'clinics.read',
    operationId: 'listOrganisations',
    summary: 'Organisations by name',
    tags,
    querystring: OrganisationQuery,
    gives: OrganisationList,
    call: ({ query }) => listOrganisations(deps.db, query),
  });

  creates(app, '/organisations', {
    action: 'clinics.manage',
    operationId: 'createOrganisation',
    summary: 'Add an organisation',
    tags,
    body: NewOrganisation,
    gives: Organisation,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => createOrganisation(deps, ctx, body),
    etag: (made) => etagOf(made.id, made.changedAt),
    location: (made) => `/organisations/${made.id}`,
  });

  reads(app, '/organisations/:id', {
    action: 'clinics.read',
    operationId: 'getOrganisation',
    summary: 'One organisation',
    tags,
    params: idParams,
    gives: Organisation,
    problems: ['not-found'],
    call: ({ params }) => getOrganisation(deps.db, params.id),
    etag: (found) => etagOf(found.id, found.changedAt),
  });

  changes(app, '/organisations/:id', {
    action: 'clinics.manage',
    operationId: 'changeOrganisation',
    summary: 'Change an organisation; wants If-Match',
    tags,
    params: idParams,
    body: OrganisationChange,
    gives: Organisation,
    problems: ['not-found', 'invalid', 'name-in-use', 'if-match-required', 'changed-meanwhile'],
    call: ({ ctx, params: { id }, body }) => changeOrganisation(deps, ctx, id, body),
    etag: (changed) => etagOf(changed.id, changed.changedAt),
  });

  creates(app, '/organisations/:id/successions', {
    action: 'clinics.manage',
    operationId: 'succeedOrganisation',
    summary: 'Note that another organisation has taken it over; its referrals stay, and are the other’s too',
    tags,
    params: idParams,
    body: NewSuccession,
    gives: Organisation,
    problems: ['not-found', 'invalid', 'conflict'],
    call: ({ ctx, params, body }) => succeedOrganisation(deps, ctx, params.id, body),
  });
}

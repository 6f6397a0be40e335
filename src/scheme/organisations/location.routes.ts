import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
import { getLocation } from './location.queries.ts';
import { Location, LocationChange, NewLocation } from './location.schemas.ts';
import { addLocation, changeLocation } from './organisation.commands.ts';

const tags = ['Organisations'];

/** /locations: adding a place, one place, changing it. */
export function locationRoutes(app: App, deps: Deps): void {
  creates(app, '/locations', {
    action: 'settings.change',
    operationId: 'addLocation',
    summary: 'Add a place that holds stock or hosts people',
    tags,
    body: NewLocation,
    gives: Location,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addLocation(deps, ctx, body),
    etag: (location) => etagOf(location.id, location.changedAt),
    location: (location) => `/locations/${location.id}`,
  });

  reads(app, '/locations/:id', {
    action: 'organisations.read',
    operationId: 'getLocation',
    summary: 'One place, with how many devices are kept there',
    tags,
    params: idParams,
    gives: Location,
    problems: ['not-found'],
    call: ({ params }) => getLocation(deps.db, params.id),
    etag: (location) => etagOf(location.id, location.changedAt),
  });

  changes(app, '/locations/:id', {
    action: 'settings.change',
    operationId: 'changeLocation',
    summary: 'Rename a place, or say what it is and who runs it',
    tags,
    params: idParams,
    versioned: true,
    body: LocationChange,
    gives: Location,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params: { id }, body }) => changeLocation(deps, ctx, id, body),
    etag: (location) => etagOf(location.id, location.changedAt),
  });
}

import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { locationKinds } from './organisation.commands.ts';
import { listClinics, listLocations } from './organisation.queries.ts';

const Named = { id: Type.String(), name: Type.String() };
const tags = ['Organisations'];

/** /locations and /clinics: short lists to choose from. */
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
}

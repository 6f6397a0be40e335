import type { Deps } from '../../shared/deps.ts';
import { etagOf } from '../../shared/etag.ts';
import { type App, idParams } from '../../shared/http.ts';
import { changes, creates, reads } from '../../shared/routes.ts';
import { addKit, changeKit } from './kit.commands.ts';
import { getKit, listKits } from './kit.queries.ts';
import { Kit, KitChange, KitList, KitQuery, NewKit } from './kit.schemas.ts';

const tags = ['Kits'];

/** /kits: what goes out together, as data. */
export function kitRoutes(app: App, deps: Deps): void {
  reads(app, '/kits', {
    action: 'settings.read',
    operationId: 'listKits',
    summary: 'The kits by name, with their lines',
    tags,
    querystring: KitQuery,
    gives: KitList,
    call: async ({ query }) => ({ items: await listKits(deps.db, query) }),
  });

  reads(app, '/kits/:id', {
    action: 'settings.read',
    operationId: 'getKit',
    summary: 'One kit',
    tags,
    params: idParams,
    gives: Kit,
    problems: ['not-found'],
    call: ({ params }) => getKit(deps.db, params.id),
    etag: (kit) => etagOf(kit.id, kit.changedAt),
  });

  creates(app, '/kits', {
    action: 'settings.change',
    operationId: 'addKit',
    summary: 'Add a kit',
    tags,
    body: NewKit,
    gives: Kit,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addKit(deps, ctx, body),
    etag: (kit) => etagOf(kit.id, kit.changedAt),
    location: (kit) => `/kits/${kit.id}`,
  });

  changes(app, '/kits/:id', {
    action: 'settings.change',
    operationId: 'changeKit',
    summary: 'Rename a kit, give it other lines, retire it or take it back into use',
    tags,
    params: idParams,
    versioned: true,
    body: KitChange,
    gives: Kit,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params, body }) => changeKit(deps, ctx, params.id, body),
    etag: (kit) => etagOf(kit.id, kit.changedAt),
  });
}

import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates } from '../shared/routes.ts';
import { DropIn } from './drop-in.schemas.ts';
import { addVisitor, countPages, takeBackVisitor } from './tally.commands.ts';
import { NewVisitor, PagesCount } from './tally.schemas.ts';

const tags = ['Support'];
const one = { action: 'drop-ins.record', tags, params: idParams, gives: DropIn } as const;

/** /drop-ins/{id}/visitors and /drop-ins/{id}/pages: who came without a name, and what was looked at there. */
export function tallyRoutes(app: App, deps: Deps): void {
  creates(app, '/drop-ins/:id/visitors', {
    ...one,
    operationId: 'addVisitor',
    summary: 'Tally someone who came and is not known by name',
    body: NewVisitor,
    problems: ['not-found', 'conflict'],
    call: ({ ctx, params, body }) => addVisitor(deps, ctx, params.id, body),
  });

  creates(app, '/drop-in-visitors/:id/takings-back', {
    ...one,
    operationId: 'takeBackVisitor',
    summary: 'Take back someone who was tallied by mistake',
    problems: ['not-found', 'conflict', 'taking-back-refused'],
    call: ({ ctx, params }) => takeBackVisitor(deps, ctx, params.id),
  });

  creates(app, '/drop-ins/:id/pages', {
    ...one,
    operationId: 'countPages',
    summary: 'How often shared devices were used, and how many pages were looked at by topic; needs If-Match',
    description: 'In place of what was written down before. Addresses are asked for and kept nowhere.',
    versioned: true,
    body: PagesCount,
    problems: ['not-found', 'invalid', 'conflict'],
    call: ({ ctx, params, body }) => countPages(deps, ctx, params.id, body),
    etag: (dropIn) => etagOf(dropIn.id, dropIn.changedAt),
  });
}

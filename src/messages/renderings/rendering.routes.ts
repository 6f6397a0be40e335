import type { Deps } from '../../shared/deps.ts';
import type { App } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { publishRendering } from './rendering.commands.ts';
import { listRendered } from './rendering.queries.ts';
import { NewRendering, RenderedThingList, Rendering } from './rendering.schemas.ts';

const tags = ['Languages and formats'];

/** /renderings: what people are given, in other languages and in easy words. */
export function renderingRoutes(app: App, deps: Deps): void {
  reads(app, '/renderings', {
    action: 'settings.read',
    operationId: 'listRenderings',
    summary: 'What people are given: each in English, and in which languages and formats it is there',
    tags,
    gives: RenderedThingList,
    call: async () => ({ items: await listRendered(deps.db) }),
  });

  creates(app, '/renderings', {
    action: 'settings.change',
    operationId: 'publishRendering',
    summary: 'Publish something in a language and a format, with who approved it; earlier ones are kept',
    tags,
    body: NewRendering,
    gives: Rendering,
    problems: ['invalid', 'changed-meanwhile'],
    call: ({ ctx, body }) => publishRendering(deps, ctx, body),
  });
}

import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, reads } from '../shared/routes.ts';
import { addGuide, changeGuide, publishGuide } from './guide.commands.ts';
import { getGuide, guideTag, listGuides } from './guide.queries.ts';
import { Guide, GuideChange, GuideList, NewGuide, NewGuideVersion } from './guide.schemas.ts';
import { handoutRoutes } from './handout.routes.ts';
import { signpostRoutes } from './signpost.routes.ts';

const tags = ['Support'];

/** /guides: what people are given to read, listen to or look at. */
export function guideRoutes(app: App, deps: Deps): void {
  signpostRoutes(app, deps);
  handoutRoutes(app, deps);

  reads(app, '/guides', {
    action: 'settings.read',
    operationId: 'listGuides',
    summary: 'Guides, with what people read now in each language and format',
    tags,
    gives: GuideList,
    call: async () => ({ items: await listGuides(deps.db, today(deps.clock)) }),
  });

  reads(app, '/guides/:id', {
    action: 'settings.read',
    operationId: 'getGuide',
    summary: 'One guide, with its ETag',
    tags,
    params: idParams,
    gives: Guide,
    problems: ['not-found'],
    call: ({ params }) => getGuide(deps.db, params.id, today(deps.clock)),
    etag: (guide) => guideTag(guide),
  });

  creates(app, '/guides', {
    action: 'guides.write',
    operationId: 'addGuide',
    summary: 'Add a guide, of which nothing is written yet',
    tags,
    body: NewGuide,
    gives: Guide,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addGuide(deps, ctx, body),
    etag: (guide) => guideTag(guide),
    location: (guide) => `/guides/${guide.id}`,
  });

  changes(app, '/guides/:id', {
    action: 'guides.write',
    operationId: 'changeGuide',
    summary: 'Change what is known of a guide, say when it is looked at again, or no longer offer it',
    tags,
    params: idParams,
    versioned: true,
    body: GuideChange,
    gives: Guide,
    problems: ['not-found', 'invalid', 'name-in-use'],
    call: ({ ctx, params, body }) => changeGuide(deps, ctx, params.id, body),
    etag: (guide) => guideTag(guide),
  });

  creates(app, '/guides/:id/versions', {
    action: 'guides.write',
    operationId: 'publishGuide',
    summary: 'Publish a text of a guide in a language and a format; earlier ones are kept',
    tags,
    params: idParams,
    body: NewGuideVersion,
    gives: Guide,
    problems: ['not-found', 'invalid', 'changed-meanwhile'],
    call: ({ ctx, params, body }) => publishGuide(deps, ctx, params.id, body),
    etag: (guide) => guideTag(guide),
  });
}

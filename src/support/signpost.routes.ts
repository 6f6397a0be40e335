import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, reads } from '../shared/routes.ts';
import { addSignpost, changeSignpost } from './signpost.commands.ts';
import { getSignpost, listSignposts, signpostTag } from './signpost.queries.ts';
import { NewSignpost, Signpost, SignpostChange, SignpostList } from './signpost.schemas.ts';

const tags = ['Settings'];

/** /signposts: other help that a clinic can be told of. */
export function signpostRoutes(app: App, deps: Deps): void {
  reads(app, '/signposts', {
    action: 'settings.read',
    operationId: 'listSignposts',
    summary: 'Other help that a clinic can be told of when its referral is declined',
    tags,
    gives: SignpostList,
    call: async () => ({ items: await listSignposts(deps.db) }),
  });

  reads(app, '/signposts/:id', {
    action: 'settings.read',
    operationId: 'getSignpost',
    summary: 'One signpost, with its ETag',
    tags,
    params: idParams,
    gives: Signpost,
    problems: ['not-found'],
    call: ({ params }) => getSignpost(deps.db, params.id),
    etag: (signpost) => signpostTag(signpost),
  });

  creates(app, '/signposts', {
    action: 'settings.change',
    operationId: 'addSignpost',
    summary: 'Add other help that a clinic can be told of',
    tags,
    body: NewSignpost,
    gives: Signpost,
    problems: ['invalid', 'name-in-use'],
    call: ({ ctx, body }) => addSignpost(deps, ctx, body),
    etag: (signpost) => signpostTag(signpost),
  });

  changes(app, '/signposts/:id', {
    action: 'settings.change',
    operationId: 'changeSignpost',
    summary: 'Change a signpost, or no longer offer it; needs If-Match',
    tags,
    params: idParams,
    body: SignpostChange,
    gives: Signpost,
    problems: ['not-found', 'invalid', 'name-in-use', 'changed-meanwhile', 'if-match-required'],
    call: ({ ctx, params, body }) => changeSignpost(deps, ctx, params.id, body),
    etag: (signpost) => signpostTag(signpost),
  });
}

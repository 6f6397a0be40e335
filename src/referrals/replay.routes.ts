import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { reads } from '../shared/routes.ts';
import { replayTree } from './replay.queries.ts';
import { ReplayOfTrees, ReplayQuery } from './replay.schemas.ts';
import { treeParams } from './tree.schemas.ts';

/** /suggestion-trees/:version/replay: what another version would have suggested. */
export function replayRoutes(app: App, deps: Deps): void {
  reads(app, '/suggestion-trees/:version/replay', {
    action: 'suggestions.replay',
    operationId: 'replaySuggestionTree',
    summary: 'What a version would have suggested in past assessments, and where officers chose otherwise',
    description:
      'Over the newest assessments; `next` leads to those before. The look at whose they are is logged. Reasons are words that officers wrote.',
    tags: ['Referrals'],
    params: treeParams,
    querystring: ReplayQuery,
    gives: ReplayOfTrees,
    problems: ['not-found', 'bad-query'],
    call: ({ ctx, params, query }) => replayTree(deps, ctx, params.version, query),
  });
}

import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { replayTree } from './replay.queries.ts';
import { ReplayQuery } from './replay.schemas.ts';
import { listTrees } from './tree.queries.ts';
import { offerWords } from './tree.rules.ts';
import { treeParams } from './tree.schemas.ts';

/** /settings/suggestions/:version/replay: what a version would have suggested, and where officers chose otherwise. */
export function replayPages(app: App, deps: Deps): void {
  app.get(
    '/settings/suggestions/:version/replay',
    {
      config: { action: 'suggestions.replay' },
      schema: { params: treeParams, querystring: ReplayQuery },
    },
    async ({ ctx, params, query }, reply) => {
      const [replayed, versions] = await Promise.all([
        replayTree(deps, ctx, params.version, query),
        listTrees(deps.db),
      ]);
      return reply.page('referrals/views/replay.njk', {
        replayed,
        offerWords,
        after: query.after,
        query: `against=${replayed.against}`,
        others: versions
          .filter(({ version }) => version !== params.version)
          .map(({ version, status }) => ({ version, status })),
      });
    },
  );
}

import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { submit } from '../web/submit.ts';
import { diagramsOf } from './diagram.rules.ts';
import { startDraft } from './tree.commands.ts';
import { getTree } from './tree.queries.ts';
import { treeParams } from './tree.schemas.ts';
import { ruleLines, treeView } from './tree.view.ts';

const view = 'referrals/views/tree.njk';

/** /settings/suggestions: what is suggested by which answers, version by version, and as a diagram to print. */
export function treePages(app: App, deps: Deps): void {
  const read = { config: { action: 'settings.read' } } as const;
  const one = { ...read, schema: { params: treeParams } };

  app.get('/settings/suggestions', read, async (_request, reply) =>
    reply.page(view, await treeView(deps.db)),
  );

  submit(app, '/settings/suggestions', {
    action: 'suggestions.change',
    view,
    show: (form) => treeView(deps.db, undefined, form),
    async take(_typed, { ctx }) {
      const { version } = await startDraft(deps, ctx);
      return {
        href: `/settings/suggestions/${version}`,
        text: `Version ${version} is a draft. Nothing is suggested by it until it is published.`,
      };
    },
  });

  app.get('/settings/suggestions/:version', one, async ({ params }, reply) =>
    reply.page(view, await treeView(deps.db, params.version)),
  );

  app.get('/settings/suggestions/:version/diagram', one, async ({ params }, reply) => {
    const tree = await getTree(deps.db, params.version);
    return reply.page('referrals/views/diagram.njk', {
      tree,
      lines: ruleLines(tree),
      diagrams: diagramsOf(tree.rules),
    });
  });
}

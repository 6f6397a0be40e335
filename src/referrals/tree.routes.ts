import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../shared/http.ts';
import { changes, creates, reads } from '../shared/routes.ts';
import { changeDraft, publishDraft, startDraft, throwDraftAway } from './tree.commands.ts';
import { getTree, listTrees, treeTag } from './tree.queries.ts';
import { Tree, TreeChange, TreePublishing, Trees, treeParams } from './tree.schemas.ts';

const tags = ['Referrals'];

/** /suggestion-trees: what findings lead to which suggestion, version by version. */
export function treeRoutes(app: App, deps: Deps): void {
  reads(app, '/suggestion-trees', {
    action: 'settings.read',
    operationId: 'listSuggestionTrees',
    summary: 'The versions of what is suggested, the newest first; the newest that is published counts',
    tags,
    gives: Trees,
    call: async () => ({ items: await listTrees(deps.db) }),
  });

  reads(app, '/suggestion-trees/:version', {
    action: 'settings.read',
    operationId: 'getSuggestionTree',
    summary: 'One version of what is suggested, with its rules',
    tags,
    params: treeParams,
    gives: Tree,
    problems: ['not-found'],
    call: ({ params }) => getTree(deps.db, params.version),
    etag: treeTag,
  });

  creates(app, '/suggestion-trees', {
    action: 'suggestions.change',
    operationId: 'startSuggestionTree',
    summary: 'Start a draft that says what the newest published version says',
    tags,
    gives: Tree,
    problems: ['tree-change-refused'],
    call: ({ ctx }) => startDraft(deps, ctx),
    location: ({ version }) => `/suggestion-trees/${version}`,
    etag: treeTag,
  });

  changes(app, '/suggestion-trees/:version', {
    action: 'suggestions.change',
    operationId: 'changeSuggestionTree',
    summary: 'Change the rules of a draft',
    description:
      'Whoever would rather not be digital is offered nothing but the way without a screen, and nobody else is sent it: no rule changes that.',
    tags,
    versioned: true,
    params: treeParams,
    body: TreeChange,
    gives: Tree,
    problems: ['not-found', 'invalid', 'tree-change-refused'],
    call: ({ ctx, params, body }) => changeDraft(deps, ctx, params.version, () => body.rules),
    etag: treeTag,
  });

  creates(app, '/suggestion-trees/:version/publishing', {
    action: 'suggestions.change',
    operationId: 'publishSuggestionTree',
    summary: 'Publish a draft: from then on it is suggested by it; assessments before keep theirs',
    tags,
    versioned: true,
    params: treeParams,
    body: TreePublishing,
    gives: Tree,
    problems: ['not-found', 'invalid', 'tree-change-refused'],
    call: ({ ctx, params, body }) => publishDraft(deps, ctx, params.version, body),
    etag: treeTag,
  });

  app.delete(
    '/suggestion-trees/:version',
    {
      config: { action: 'suggestions.change' },
      schema: {
        operationId: 'throwSuggestionTreeAway',
        summary: 'Throw a draft away',
        tags,
        params: treeParams,
        headers: ifMatch,
        response: {
          200: Type.Object({ version: Type.Integer() }),
          ...problemReplies('not-found', 'tree-change-refused', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    (request) => throwDraftAway(deps, request.ctx, request.params.version),
  );
}

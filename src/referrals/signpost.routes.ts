import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { addSignpost, changeSignpost } from './signpost.commands.ts';
import { getSignpost, listSignposts, signpostTag } from './signpost.queries.ts';
import { NewSignpost, Signpost, SignpostChange, SignpostList } from './signpost.schemas.ts';

const tags = ['Settings'];

/** /signposts: other help that a clinic can be told of. */
export function signpostRoutes(app: App, deps: Deps): void {
  app.get(
    '/signposts',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'listSignposts',
        summary: 'Other help that a clinic can be told of when its referral is declined',
        tags,
        response: { 200: SignpostList },
      },
    },
    async () => ({ items: await listSignposts(deps.db) }),
  );

  app.get(
    '/signposts/:id',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getSignpost',
        summary: 'One signpost, with its ETag',
        tags,
        params: idParams,
        response: { 200: Signpost, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const signpost = await getSignpost(deps.db, request.params.id);
      return reply.header('etag', signpostTag(signpost)).send(signpost);
    },
  );

  app.post(
    '/signposts',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'addSignpost',
        summary: 'Add other help that a clinic can be told of',
        tags,
        body: NewSignpost,
        response: { 201: Signpost, ...problemReplies('invalid', 'name-in-use') },
      },
    },
    async (request, reply) => {
      const signpost = await addSignpost(deps, request.ctx, request.body);
      return reply.code(201).header('etag', signpostTag(signpost)).send(signpost);
    },
  );

  app.patch(
    '/signposts/:id',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeSignpost',
        summary: 'Change a signpost, or no longer offer it; needs If-Match',
        tags,
        params: idParams,
        body: SignpostChange,
        response: {
          200: Signpost,
          ...problemReplies('not-found', 'invalid', 'name-in-use', 'changed-meanwhile', 'if-match-required'),
        },
      },
    },
    async (request, reply) => {
      const signpost = await changeSignpost(
        deps,
        request.ctx,
        request.params.id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', signpostTag(signpost)).send(signpost);
    },
  );
}

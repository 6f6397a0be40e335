import type { Deps } from '../../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { sayOfModel, sayOfModels } from './model.commands.ts';
import { listModels } from './model.queries.ts';
import { ModelList, ModelListTaken, ModelSaid, ModelWritten, NewModelList } from './model.schemas.ts';

const tags = ['Devices'];

/** /device-models: until when models of devices get security updates. */
export function modelRoutes(app: App, deps: Deps): void {
  reads(app, '/device-models', {
    action: 'settings.read',
    operationId: 'listDeviceModels',
    summary:
      'Models with what is said of their security updates, and those of the stock of which nothing is said',
    tags,
    gives: ModelList,
    call: async () => ({ items: await listModels(deps.db) }),
  });

  app.put(
    '/device-models',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'sayOfDeviceModel',
        summary: 'Say until when a model gets security updates, in the place of what was said before',
        description:
          'If-Match wants the `version` that the list has of it. Its devices move with it in the same step.',
        tags,
        headers: ifMatch,
        body: ModelSaid,
        response: {
          200: ModelWritten,
          ...problemReplies('invalid', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    (request) => sayOfModel(deps, request.ctx, request.body),
  );

  creates(app, '/device-models/lists', {
    action: 'settings.change',
    operationId: 'sayOfDeviceModels',
    summary: 'Say of many models until when they get security updates, by a list; all of it or nothing',
    tags,
    body: NewModelList,
    gives: ModelListTaken,
    problems: ['invalid'],
    call: ({ ctx, body }) => sayOfModels(deps, ctx, body),
  });
}

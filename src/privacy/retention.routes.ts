import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { changes, reads } from '../shared/routes.ts';
import { changeRetention } from './retention.commands.ts';
import { getBatch, getRetention, listBatches, retentionTag } from './retention.queries.ts';
import {
  NewBatchDecision,
  Retention,
  RetentionBatch,
  RetentionBatchList,
  RetentionBatchQuery,
  RetentionChange,
} from './retention.schemas.ts';
import { decideBatch } from './retention-batch.commands.ts';

const tags = ['Privacy'];
const read = { action: 'patients.read' } as const;

/** /retention and /retention-batches: for how long people are kept, and who is proposed for erasure. */
export function retentionRoutes(app: App, deps: Deps): void {
  reads(app, '/retention', {
    action: 'settings.read',
    operationId: 'getRetention',
    summary: 'For how long people are kept, by class',
    tags,
    gives: Retention,
    call: () => getRetention(deps.db),
    etag: (retention) => retentionTag(retention),
  });

  changes(app, '/retention', {
    action: 'settings.change',
    operationId: 'changeRetention',
    summary: 'Change for how long people are kept; nobody is erased before a manager has decided',
    tags,
    versioned: true,
    body: RetentionChange,
    gives: Retention,
    problems: ['invalid'],
    call: ({ ctx, body }) => changeRetention(deps, ctx, body),
    etag: (retention) => retentionTag(retention),
  });

  reads(app, '/retention-batches', {
    ...read,
    operationId: 'listRetentionBatches',
    summary: 'Batches of people whose time is over, the latest first',
    tags,
    querystring: RetentionBatchQuery,
    gives: RetentionBatchList,
    call: ({ query }) => listBatches(deps.db, query),
  });

  reads(app, '/retention-batches/:id', {
    ...read,
    operationId: 'getRetentionBatch',
    summary: 'A batch with everyone in it',
    tags,
    params: idParams,
    gives: RetentionBatch,
    problems: ['not-found'],
    call: ({ params }) => getBatch(deps.db, params.id),
  });

  app.post(
    '/retention-batches/:id/decisions',
    {
      config: { action: 'patients.erase' },
      schema: {
        operationId: 'decideRetentionBatch',
        summary: 'Decide about a batch: the people in it are erased, but those who are kept, or all are kept',
        tags,
        params: idParams,
        body: NewBatchDecision,
        response: { 200: RetentionBatch, ...problemReplies('not-found', 'invalid', 'conflict') },
      },
    },
    (request) => decideBatch(deps, request.ctx, request.params.id, request.body),
  );
}

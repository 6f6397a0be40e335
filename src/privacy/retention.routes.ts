import type { Deps } from '../shared/deps.ts';
import { type App, idParams, ifMatch, problemReplies } from '../shared/http.ts';
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
  app.get(
    '/retention',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getRetention',
        summary: 'For how long people are kept, by class',
        tags,
        response: { 200: Retention },
      },
    },
    async (_request, reply) => {
      const retention = await getRetention(deps.db);
      return reply.header('etag', retentionTag(retention)).send(retention);
    },
  );

  app.patch(
    '/retention',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeRetention',
        summary: 'Change for how long people are kept; nobody is erased before a manager has decided',
        tags,
        headers: ifMatch,
        body: RetentionChange,
        response: { 200: Retention, ...problemReplies('invalid', 'if-match-required', 'changed-meanwhile') },
      },
    },
    async (request, reply) => {
      const retention = await changeRetention(deps, request.ctx, request.body, request.headers['if-match']);
      return reply.header('etag', retentionTag(retention)).send(retention);
    },
  );

  app.get(
    '/retention-batches',
    {
      config: read,
      schema: {
        operationId: 'listRetentionBatches',
        summary: 'Batches of people whose time is over, the latest first',
        tags,
        querystring: RetentionBatchQuery,
        response: { 200: RetentionBatchList },
      },
    },
    (request) => listBatches(deps.db, request.query),
  );

  app.get(
    '/retention-batches/:id',
    {
      config: read,
      schema: {
        operationId: 'getRetentionBatch',
        summary: 'A batch with everyone in it',
        tags,
        params: idParams,
        response: { 200: RetentionBatch, ...problemReplies('not-found') },
      },
    },
    (request) => getBatch(deps.db, request.params.id),
  );

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

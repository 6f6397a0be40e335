import type { Deps } from '../../shared/deps.ts';
import { type App, ifMatch, problemReplies } from '../../shared/http.ts';
import { recordCheckBatch } from './check.commands.ts';
import { getRequiredChecks } from './check.queries.ts';
import {
  CheckBatchRecorded,
  NewCheckBatch,
  RequiredChecks,
  RequiredChecksChange,
  RequiredChecksChanged,
} from './check.schemas.ts';
import { changeRequiredChecks, etagOfChecks } from './required-check.commands.ts';

const tags = ['Devices'];

/** /required-checks: what each kind of device has to pass. /check-batches: checks of many devices at once. */
export function checkRoutes(app: App, deps: Deps): void {
  app.get(
    '/required-checks',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getRequiredChecks',
        summary: 'The checks that each kind of device has to pass before it is ready',
        tags,
        response: { 200: RequiredChecks },
      },
    },
    async (_request, reply) => {
      const checks = await getRequiredChecks(deps.db);
      return reply.header('etag', etagOfChecks(checks)).send({ checks });
    },
  );

  app.patch(
    '/required-checks',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'changeRequiredChecks',
        summary: 'Change the checks of the kinds named; devices move with it in the same step',
        tags,
        headers: ifMatch,
        body: RequiredChecksChange,
        response: {
          200: RequiredChecksChanged,
          ...problemReplies('invalid', 'if-match-required', 'changed-meanwhile'),
        },
      },
    },
    async (request, reply) => {
      const changed = await changeRequiredChecks(
        deps,
        request.ctx,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOfChecks(changed.checks)).send(changed);
    },
  );

  app.post(
    '/check-batches',
    {
      config: { action: 'devices.prepare' },
      schema: {
        operationId: 'recordCheckBatch',
        summary: 'Record checks of many devices, all or none',
        tags,
        body: NewCheckBatch,
        response: { 201: CheckBatchRecorded, ...problemReplies('invalid', 'bulk-refused') },
      },
    },
    async (request, reply) => reply.code(201).send(await recordCheckBatch(deps, request.ctx, request.body)),
  );
}

import { logAccess } from '../people/patient.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams, ifMatch, problemReplies, sendPage } from '../shared/http.ts';
import { addFollowUp, changeFollowUp } from './follow-up.commands.ts';
import { getFollowUp, listFollowUps } from './follow-up.queries.ts';
import {
  FollowUp,
  FollowUpChange,
  FollowUpList,
  FollowUpQuery,
  NewFollowUp,
  NewOutcome,
  OutcomeRecorded,
} from './follow-up.schemas.ts';
import { recordOutcome } from './outcome.commands.ts';

const tags = ['Support'];

/** /follow-ups: the support diary, one follow-up, its outcome, moving and adding. */
export function followUpRoutes(app: App, deps: Deps): void {
  app.get(
    '/follow-ups',
    {
      config: { action: 'follow-ups.read' },
      schema: {
        operationId: 'listFollowUps',
        summary: 'Follow-ups by date and time; a supporter sees their own',
        tags,
        querystring: FollowUpQuery,
        response: { 200: FollowUpList },
      },
    },
    (request, reply) =>
      sendPage(request, reply, listFollowUps(deps.db, request.ctx.actor, request.query, today(deps.clock))),
  );

  app.get(
    '/follow-ups/:id',
    {
      config: { action: 'follow-ups.read' },
      schema: {
        operationId: 'getFollowUp',
        summary: 'One follow-up with what matters for the contact; the look is logged',
        tags,
        params: idParams,
        response: { 200: FollowUp, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => {
      const followUp = await getFollowUp(deps.db, request.ctx.actor, request.params.id, today(deps.clock));
      await logAccess(deps, request.ctx, followUp.patient.id, 'follow_up');
      return reply.header('etag', etagOf(followUp.id, followUp.changedAt)).send(followUp);
    },
  );

  app.post(
    '/follow-ups',
    {
      config: { action: 'follow-ups.plan' },
      schema: {
        operationId: 'addFollowUp',
        summary: 'Add a follow-up beside the plan',
        tags,
        body: NewFollowUp,
        response: { 201: FollowUp, ...problemReplies('invalid', 'conflict') },
      },
    },
    async (request, reply) => {
      const followUp = await addFollowUp(deps, request.ctx, request.body);
      return reply
        .code(201)
        .header('location', `/api/v1/follow-ups/${followUp.id}`)
        .header('etag', etagOf(followUp.id, followUp.changedAt))
        .send(followUp);
    },
  );

  app.patch(
    '/follow-ups/:id',
    {
      config: { action: 'follow-ups.move' },
      schema: {
        operationId: 'changeFollowUp',
        summary: 'Move, assign or confirm a follow-up that is ahead',
        tags,
        params: idParams,
        headers: ifMatch,
        body: FollowUpChange,
        response: {
          200: FollowUp,
          ...problemReplies(
            'not-found',
            'follow-up-settled',
            'invalid',
            'if-match-required',
            'changed-meanwhile',
          ),
        },
      },
    },
    async (request, reply) => {
      const followUp = await changeFollowUp(
        deps,
        request.ctx,
        request.params.id,
        request.body,
        request.headers['if-match'],
      );
      return reply.header('etag', etagOf(followUp.id, followUp.changedAt)).send(followUp);
    },
  );

  app.post(
    '/follow-ups/:id/outcomes',
    {
      config: { action: 'follow-ups.record-outcome' },
      schema: {
        operationId: 'recordOutcome',
        summary: 'Record what came of a follow-up',
        tags,
        params: idParams,
        body: NewOutcome,
        response: { 201: OutcomeRecorded, ...problemReplies('not-found', 'follow-up-settled', 'invalid') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordOutcome(deps, request.ctx, request.params.id, request.body)),
  );
}

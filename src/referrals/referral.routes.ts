import { logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies, sendPage } from '../shared/http.ts';
import { decideReferral } from './decision.commands.ts';
import { Answered, NewAnswer, NewWithdrawal, Withdrawn } from './progress.schemas.ts';
import { answerQuestion } from './question.commands.ts';
import { takeBackAcceptance } from './reconsider.commands.ts';
import { receiveReferral } from './referral.commands.ts';
import { getReferral, listReferrals } from './referral.queries.ts';
import { reconsiderMinutes } from './referral.rules.ts';
import {
  Decided,
  NewDecision,
  NewReferral,
  Referral,
  ReferralList,
  ReferralQuery,
  ReferralReceived,
} from './referral.schemas.ts';
import { withdrawReferral } from './withdrawal.commands.ts';

const tags = ['Referrals'];

/** /referrals: what clinics send, and what officers decide. A clinic's key sees its own. */
export function referralRoutes(app: App, deps: Deps): void {
  app.post(
    '/referrals',
    {
      config: { action: 'referrals.send', onceRequired: 'clinic' },
      schema: {
        operationId: 'sendReferral',
        summary: 'Refer a patient; a clinic’s key must send an Idempotency-Key',
        tags,
        body: NewReferral,
        response: {
          201: ReferralReceived,
          ...problemReplies('invalid', 'referral-already-open', 'idempotency-key-required'),
        },
      },
    },
    async (request, reply) => {
      const referral = await receiveReferral(deps, request.ctx, request.body);
      return reply.code(201).header('location', `/api/v1/referrals/${referral.id}`).send(referral);
    },
  );

  app.get(
    '/referrals',
    {
      config: { action: 'referrals.read' },
      schema: {
        operationId: 'listReferrals',
        summary:
          'Referrals, the oldest first; with changedAfter those that changed, in the order of the changes',
        tags,
        querystring: ReferralQuery,
        response: { 200: ReferralList },
      },
    },
    (request, reply) => sendPage(request, reply, listReferrals(deps.db, request.ctx.actor, request.query)),
  );

  app.get(
    '/referrals/:id',
    {
      config: { action: 'referrals.read' },
      schema: {
        operationId: 'getReferral',
        summary: 'One referral; the look is logged',
        tags,
        params: idParams,
        response: { 200: Referral, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const referral = await getReferral(deps.db, request.ctx.actor, request.params.id);
      await logAccess(deps, request.ctx, referral.patient.id, 'referral');
      return referral;
    },
  );

  app.post(
    '/referrals/:id/decisions',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'decideReferral',
        summary: 'Accept, decline or ask',
        tags,
        params: idParams,
        body: NewDecision,
        response: { 201: Decided, ...problemReplies('not-found', 'invalid', 'referral-already-decided') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await decideReferral(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/referrals/:id/reconsiderations',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'reconsiderReferral',
        summary: `Take back an acceptance, for ${reconsiderMinutes} minutes and while nothing was built on it`,
        tags,
        params: idParams,
        response: { 201: Decided, ...problemReplies('not-found', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await takeBackAcceptance(deps, request.ctx, request.params.id)),
  );

  app.post(
    '/referrals/:id/answers',
    {
      config: { action: 'referrals.answer' },
      schema: {
        operationId: 'answerQuestion',
        summary: 'Answer what the scheme asked about a referral',
        tags,
        params: idParams,
        body: NewAnswer,
        response: { 201: Answered, ...problemReplies('not-found', 'invalid', 'no-open-question') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await answerQuestion(deps, request.ctx, request.params.id, request.body)),
  );

  app.post(
    '/referrals/:id/withdrawals',
    {
      config: { action: 'referrals.withdraw' },
      schema: {
        operationId: 'withdrawReferral',
        summary: 'Withdraw a referral that is no longer wanted',
        tags,
        params: idParams,
        body: NewWithdrawal,
        response: { 201: Withdrawn, ...problemReplies('not-found', 'invalid', 'referral-ended') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await withdrawReferral(deps, request.ctx, request.params.id, request.body)),
  );
}

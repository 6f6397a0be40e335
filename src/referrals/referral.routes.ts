import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { correctReferral } from './correction.commands.ts';
import { ReferralCorrection } from './correction.schemas.ts';
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
  creates(app, '/referrals', {
    action: 'referrals.send',
    onceRequired: 'clinic',
    operationId: 'sendReferral',
    summary: 'Refer a patient; a clinic’s key must send an Idempotency-Key',
    tags,
    body: NewReferral,
    gives: ReferralReceived,
    problems: ['invalid', 'referral-already-open', 'idempotency-key-required'],
    call: ({ ctx, body }) => receiveReferral(deps, ctx, body),
    location: (referral) => `/referrals/${referral.id}`,
  });

  lists(app, '/referrals', {
    action: 'referrals.read',
    operationId: 'listReferrals',
    summary: 'Referrals, the oldest first; with changedAfter those that changed, in the order of the changes',
    tags,
    querystring: ReferralQuery,
    gives: ReferralList,
    call: ({ ctx, query }) => listReferrals(deps.db, ctx.actor, query),
  });

  reads(app, '/referrals/:id', {
    action: 'referrals.read',
    operationId: 'getReferral',
    summary: 'One referral; the look is logged',
    tags,
    params: idParams,
    gives: Referral,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const referral = await getReferral(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, referral.patient.id, 'referral');
      return referral;
    },
    etag: (referral) => etagOf(referral.id, referral.changedAt),
  });

  changes(app, '/referrals/:id', {
    action: 'referrals.decide',
    operationId: 'correctReferral',
    summary: 'Put right what was written down wrong of an open referral; its clinic is told',
    description:
      'What is left out stays, null empties. A need that was never asked for is refused while it is met, and while something is held for it, unless `releaseHeld` lets that go.',
    tags,
    params: idParams,
    versioned: true,
    body: ReferralCorrection,
    gives: Referral,
    problems: ['not-found', 'invalid', 'referral-ended', 'need-change-refused', 'patient-erased'],
    call: ({ ctx, params, body }) => correctReferral(deps, ctx, params.id, body),
    etag: (referral) => etagOf(referral.id, referral.changedAt),
  });

  creates(app, '/referrals/:id/decisions', {
    action: 'referrals.decide',
    operationId: 'decideReferral',
    summary: 'Accept, decline or ask',
    tags,
    params: idParams,
    body: NewDecision,
    gives: Decided,
    problems: ['not-found', 'invalid', 'referral-already-decided'],
    call: ({ ctx, params, body }) => decideReferral(deps, ctx, params.id, body),
  });

  creates(app, '/referrals/:id/reconsiderations', {
    action: 'referrals.decide',
    operationId: 'reconsiderReferral',
    summary: `Take back an acceptance, for ${reconsiderMinutes} minutes and while nothing was built on it`,
    tags,
    params: idParams,
    gives: Decided,
    problems: ['not-found', 'conflict'],
    call: ({ ctx, params }) => takeBackAcceptance(deps, ctx, params.id),
  });

  creates(app, '/referrals/:id/answers', {
    action: 'referrals.answer',
    operationId: 'answerQuestion',
    summary: 'Answer what the scheme asked about a referral',
    tags,
    params: idParams,
    body: NewAnswer,
    gives: Answered,
    problems: ['not-found', 'invalid', 'no-open-question'],
    call: ({ ctx, params, body }) => answerQuestion(deps, ctx, params.id, body),
  });

  creates(app, '/referrals/:id/withdrawals', {
    action: 'referrals.withdraw',
    operationId: 'withdrawReferral',
    summary: 'Withdraw a referral that is no longer wanted',
    tags,
    params: idParams,
    body: NewWithdrawal,
    gives: Withdrawn,
    problems: ['not-found', 'invalid', 'referral-ended'],
    call: ({ ctx, params, body }) => withdrawReferral(deps, ctx, params.id, body),
  });
}

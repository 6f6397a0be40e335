import { logAccess, logTrustedLook } from '../people/look.queries.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { type App, idParams } from '../shared/http.ts';
import { changes, creates, lists, reads } from '../shared/routes.ts';
import { addFollowUp, changeFollowUp } from './follow-up.commands.ts';
import { getFollowUp, listFollowUps, trustedOf } from './follow-up.queries.ts';
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
import { takeBackOutcome } from './outcome-back.commands.ts';
import { OutcomeTakenBack, OutcomeTakingBack } from './outcome-back.schemas.ts';

const tags = ['Support'];

/** /follow-ups: the support diary, one follow-up, its outcome, moving and adding. */
export function followUpRoutes(app: App, deps: Deps): void {
  lists(app, '/follow-ups', {
    action: 'follow-ups.read',
    operationId: 'listFollowUps',
    summary: 'Follow-ups by date and time; a supporter sees their own',
    tags,
    querystring: FollowUpQuery,
    gives: FollowUpList,
    async call({ ctx, query }) {
      const page = await listFollowUps(deps.db, ctx.actor, query, today(deps.clock));
      await logTrustedLook(deps, ctx, trustedOf(page.items), '/follow-ups');
      return page;
    },
  });

  reads(app, '/follow-ups/:id', {
    action: 'follow-ups.read',
    operationId: 'getFollowUp',
    summary: 'One follow-up with what matters for the contact; the look is logged',
    tags,
    params: idParams,
    gives: FollowUp,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const followUp = await getFollowUp(deps.db, ctx.actor, params.id, today(deps.clock));
      await logAccess(deps, ctx, followUp.patient.id, 'follow_up');
      if (followUp.contact.trusted) await logTrustedLook(deps, ctx, [followUp.patient.id], '/follow-ups/:id');
      return followUp;
    },
    etag: (followUp) => etagOf(followUp.id, followUp.changedAt),
  });

  creates(app, '/follow-ups', {
    action: 'follow-ups.plan',
    operationId: 'addFollowUp',
    summary: 'Add a follow-up beside the plan',
    tags,
    body: NewFollowUp,
    gives: FollowUp,
    problems: ['invalid', 'conflict'],
    call: ({ ctx, body }) => addFollowUp(deps, ctx, body),
    etag: (followUp) => etagOf(followUp.id, followUp.changedAt),
    location: (followUp) => `/follow-ups/${followUp.id}`,
  });

  changes(app, '/follow-ups/:id', {
    action: 'follow-ups.move',
    operationId: 'changeFollowUp',
    summary: 'Move, assign or confirm a follow-up that is ahead',
    tags,
    params: idParams,
    versioned: true,
    body: FollowUpChange,
    gives: FollowUp,
    problems: ['not-found', 'follow-up-settled', 'invalid'],
    call: ({ ctx, params, body }) => changeFollowUp(deps, ctx, params.id, body),
    etag: (followUp) => etagOf(followUp.id, followUp.changedAt),
  });

  creates(app, '/follow-ups/:id/outcomes', {
    action: 'follow-ups.record-outcome',
    operationId: 'recordOutcome',
    summary: 'Record what came of a follow-up',
    tags,
    params: idParams,
    body: NewOutcome,
    gives: OutcomeRecorded,
    problems: ['not-found', 'follow-up-settled', 'invalid'],
    call: ({ ctx, params, body }) => recordOutcome(deps, ctx, params.id, body),
  });

  creates(app, '/follow-up-outcomes/:id/takings-back', {
    action: 'follow-ups.record-outcome',
    operationId: 'takeBackOutcome',
    summary: 'Take back an outcome of a follow-up that was recorded by mistake',
    description:
      'It counts nowhere, and the follow-up stands as before, so that another can be recorded. Whoever recorded it takes it back within 14 days; later, or for others, a manager.',
    tags,
    params: idParams,
    body: OutcomeTakingBack,
    gives: OutcomeTakenBack,
    problems: ['not-found', 'taking-back-refused', 'conflict'],
    call: ({ ctx, params, body }) => takeBackOutcome(deps, ctx, params.id, body),
  });
}

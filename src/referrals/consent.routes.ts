import { logAccess } from '../people/look.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { recordConsent } from './consent.commands.ts';
import { listConsents } from './consent.queries.ts';
import { Consent, Consents, NewConsent } from './consent.schemas.ts';
import { getReferral } from './referral.queries.ts';

const tags = ['Referrals'];

/** /referrals/:id/consents: whether the clinic may be told how it goes, as the patient says it since. For staff only. */
export function consentRoutes(app: App, deps: Deps): void {
  reads(app, '/referrals/:id/consents', {
    action: 'patients.read',
    operationId: 'listConsents',
    summary: 'What was said since the referral came of telling its clinic, newest first; the look is logged',
    tags,
    params: idParams,
    gives: Consents,
    problems: ['not-found'],
    async call({ ctx, params }) {
      const { patient } = await getReferral(deps.db, ctx.actor, params.id);
      await logAccess(deps, ctx, patient.id, 'referral');
      return { items: await listConsents(deps.db, params.id) };
    },
  });

  creates(app, '/referrals/:id/consents', {
    action: 'referrals.decide',
    operationId: 'recordConsent',
    summary: 'Take back, or give, the agreement that the clinic is told how it goes; holds at once',
    tags,
    params: idParams,
    body: NewConsent,
    gives: Consent,
    problems: ['not-found', 'invalid', 'conflict'],
    call: ({ ctx, params, body }) => recordConsent(deps, ctx, params.id, body),
  });
}

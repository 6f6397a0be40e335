import { logAccess } from '../people/patient.queries.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams, problemReplies } from '../shared/http.ts';
import { recordConsent } from './consent.commands.ts';
import { listConsents } from './consent.queries.ts';
import { Consent, Consents, NewConsent } from './consent.schemas.ts';
import { getReferral } from './referral.queries.ts';

const tags = ['Referrals'];

/** /referrals/:id/consents: whether the clinic may be told how it goes, as the patient says it since. For staff only. */
export function consentRoutes(app: App, deps: Deps): void {
  app.get(
    '/referrals/:id/consents',
    {
      config: { action: 'patients.read' },
      schema: {
        operationId: 'listConsents',
        summary:
          'What was said since the referral came of telling its clinic, newest first; the look is logged',
        tags,
        params: idParams,
        response: { 200: Consents, ...problemReplies('not-found') },
      },
    },
    async (request) => {
      const { patient } = await getReferral(deps.db, request.ctx.actor, request.params.id);
      await logAccess(deps, request.ctx, patient.id, 'referral');
      return { items: await listConsents(deps.db, request.params.id) };
    },
  );

  app.post(
    '/referrals/:id/consents',
    {
      config: { action: 'referrals.decide' },
      schema: {
        operationId: 'recordConsent',
        summary: 'Take back, or give, the agreement that the clinic is told how it goes; holds at once',
        tags,
        params: idParams,
        body: NewConsent,
        response: { 201: Consent, ...problemReplies('not-found', 'invalid', 'conflict') },
      },
    },
    async (request, reply) =>
      reply.code(201).send(await recordConsent(deps, request.ctx, request.params.id, request.body)),
  );
}

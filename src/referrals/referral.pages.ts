import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { fields, refused, type Typed, typedIn } from '../web/forms.ts';
import { decideReferral } from './decision.commands.ts';
import { takeBackAcceptance } from './reconsider.commands.ts';
import { canDecide, type Decision, decisions, referralStatusWords } from './referral.rules.ts';
import { type Decided, NewDecision } from './referral.schemas.ts';
import { referralView } from './referral.view.ts';

/** /referrals/:id: one referral with its decision. */
export function referralPages(app: App, deps: Deps): void {
  app.get(
    '/referrals/:id',
    {
      config: { action: 'referrals.read' },
      schema: { params: idParams, querystring: Type.Object(listQuery) },
    },
    async (request, reply) =>
      reply.page(
        'referrals/views/referral.njk',
        await referralView(deps, request.ctx, request.params.id, request.query),
      ),
  );

  app.post(
    '/referrals/:id/decisions',
    { config: { action: 'referrals.decide' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const typed = typedIn(request.body);
      try {
        const decision = fields(NewDecision, typed);
        const decided = await decideReferral(deps, request.ctx, id, decision);
        return reply.done(`/referrals/${id}`, bannerFor(decision.decision, decided, id));
      } catch (error) {
        const form = { ...refused(typed, error), prefix: prefixOf(typed) };
        return reply
          .code(form.status)
          .page(
            'referrals/views/referral.njk',
            await referralView(deps, request.ctx, id, { limit: 50 }, form),
          );
      }
    },
  );

  app.post(
    '/referrals/:id/reconsiderations',
    { config: { action: 'referrals.decide' }, schema: { params: idParams } },
    async (request, reply) => {
      const { id } = request.params;
      const { status } = await takeBackAcceptance(deps, request.ctx, id);
      const text = canDecide(status)
        ? 'The referral is to be decided again.'
        : `The referral is ${referralStatusWords[status]}.`;
      return reply.done(`/referrals/${id}`, { text });
    },
  );
}

function bannerFor(decision: Decision, { status, waitingPosition }: Decided, id: string) {
  if (decision === 'decline')
    return {
      text: 'The referral is declined.',
      link: { href: '/referrals', text: 'Decide the next referral' },
    };
  if (decision === 'ask')
    return {
      text: 'Your question is kept. How it reaches the clinic stands below.',
      link: { href: '/referrals', text: 'Decide the next referral' },
    };
  const undo = { href: `/referrals/${id}/reconsiderations`, fields: {} };
  if (status === 'active') return { text: 'The referral is accepted. Its follow-ups are planned.', undo };
  const ahead = (waitingPosition ?? 1) - 1;
  const place = ahead
    ? `${count(ahead, 'referral')} ${ahead === 1 ? 'is' : 'are'} ahead of it on the waiting list.`
    : 'It is first on the waiting list.';
  return {
    text: `The referral is accepted. ${place}`,
    link: { href: `/referrals/${id}/issue`, text: 'Issue a device now' },
    undo,
  };
}

/** Which of the page's forms was sent. */
const prefixOf = ({ decision }: Typed) => decisions.find((known) => known === decision) ?? 'accept';

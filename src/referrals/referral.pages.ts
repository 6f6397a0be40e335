import Type from 'typebox';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { fields, type Typed } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { decideReferral } from './decision.commands.ts';
import { whatFollows } from './next.view.ts';
import { takeBackAcceptance } from './reconsider.commands.ts';
import { type Decision, decisions, referralStatusWords } from './referral.rules.ts';
import { type Decided, NewDecision } from './referral.schemas.ts';
import { isUndecided } from './referral.states.ts';
import { referralPage, referralView } from './referral.view.ts';

/** /referrals/:id: one referral with its decision. */
export function referralPages(app: App, deps: Deps): void {
  app.get(
    '/referrals/:id',
    {
      config: { action: 'referrals.read' },
      schema: { params: idParams, querystring: Type.Object(listQuery) },
    },
    async (request, reply) =>
      reply.page('referrals/views/referral.njk', await referralView(deps, request, request.query)),
  );

  const page = referralPage(deps);
  submit(app, '/referrals/:id/decisions', {
    ...page,
    action: 'referrals.decide',
    show: (form, asked) => page.show({ ...form, prefix: prefixOf(form.typed) }, asked),
    async take(typed, { ctx, params: { id } }, reply) {
      const decision = fields(NewDecision, typed);
      const decided = await decideReferral(deps, ctx, id, decision);
      const following = await whatFollows(deps, ctx, id, reply);
      // What was asked for may have become another's turn meanwhile: then it is told, and nobody is passed over.
      const issues = typed.goOn === 'issue' && decided.status === 'waiting' && !following.ahead;
      const banner = bannerFor(decision.decision, decided, following, id);
      const here = `/referrals/${id}`;
      if (typed.goOn === 'next' && !following.isLast)
        return {
          ...banner,
          href: following.link.href,
          link: { href: here, text: `See ${following.reference}` },
        };
      return { ...banner, href: issues ? `${here}/issue` : here };
    },
  });

  submit(app, '/referrals/:id/reconsiderations', {
    action: 'referrals.decide',
    params: idParams,
    async take(_typed, { ctx, params: { id } }) {
      const { status } = await takeBackAcceptance(deps, ctx, id);
      const text = isUndecided.of(status)
        ? 'The referral is to be decided again.'
        : `The referral is ${referralStatusWords[status]}.`;
      return { href: `/referrals/${id}`, text };
    },
  });
}

type Following = Awaited<ReturnType<typeof whatFollows>>;

/** What was decided, and what comes next: never an issue out of turn. */
function bannerFor(
  decision: Decision,
  { status, waitingPosition }: Decided,
  { reference, ahead, link, isLast }: Following,
  id: string,
) {
  if (decision === 'decline') return { text: `${reference} is declined.`, link };
  if (decision === 'ask')
    return {
      text: `Your question about ${reference} is kept. How it reaches the clinic stands below.`,
      link,
    };
  const undo = { href: `/referrals/${id}/reconsiderations`, fields: {} };
  if (status === 'active')
    return { text: `${reference} is accepted. Its follow-ups are planned.`, link, undo };
  const place = waitingPosition === 1 ? 'first' : `number ${waitingPosition}`;
  return {
    text: `${reference} is accepted. It is ${place} on the waiting list.`,
    link: isLast && !ahead ? { href: `/referrals/${id}/issue`, text: 'Issue a device now' } : link,
    undo,
  };
}

/** Which of the page's forms was sent. */
const prefixOf = ({ decision }: Typed) => decisions.find((known) => known === decision) ?? 'accept';

import Type, { type Static } from 'typebox';
import { listDeciders } from '../access/decider.queries.ts';
import { count } from '../admin/formats.ts';
import { fields, refused, type Typed, typedIn } from '../admin/forms.ts';
import { listFile } from '../admin/list-file.ts';
import { listClinics } from '../organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilDate, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, idParams } from '../shared/http.ts';
import { listQuery, workOrderedQuery } from '../shared/lists.ts';
import { oneOf } from '../shared/schemas.ts';
import { decideReferral } from './decision.commands.ts';
import { type Decision, decisions, needs, referralStatuses, urgencies } from './referral.rules.ts';
import { type Decided, NewDecision } from './referral.schemas.ts';
import { referralView, withAge } from './referral-view.ts';
import { countQueue, listQueue } from './triage.queries.ts';

const ListQuery = Type.Object(
  {
    ...workOrderedQuery('what waits for a decision by its urgency, others the oldest'),
    status: Type.Optional(oneOf([...referralStatuses, 'to_decide', 'all'])),
    urgency: Type.Optional(oneOf(urgencies)),
    clinicId: Type.Optional(Type.String({ format: 'uuid' })),
    assigned: Type.Optional(
      Type.Union([oneOf(['me', 'nobody']), Type.String({ format: 'uuid' })], {
        errorMessage: 'Choose someone from the list.',
      }),
    ),
    need: Type.Optional(oneOf(needs)),
    late: Type.Optional(Type.Literal('yes')),
  },
  { additionalProperties: false },
);

/** What the list asks for; `me` is whoever asks. */
const filterOf = (
  { order: _order, ...filters }: Omit<Static<typeof ListQuery>, 'limit' | 'after'>,
  { actor }: Context,
) => ({
  ...filters,
  status: filters.status ?? ('to_decide' as const),
  assigned: filters.assigned === 'me' ? (actor.id ?? 'nobody') : filters.assigned,
  late: filters.late === 'yes',
});

/** /referrals: the queue, and one referral with its decision. The waiting list has a page of its own. */
export function referralPages(app: App, deps: Deps): void {
  listFile(app, deps, {
    path: '/referrals',
    query: ListQuery,
    list: ({ limit, after, order, ...filters }, ctx) =>
      listQueue(deps.db, filterOf(filters, ctx), { today: today(deps.clock), limit, after, order }),
    count: async ({ limit: _limit, after: _after, order: _order, ...filters }, ctx) =>
      (await countQueue(deps.db, filterOf(filters, ctx), today(deps.clock))).count,
    columns: {
      Referral: ({ reference }) => reference,
      Status: ({ status }) => status,
      Urgency: ({ urgency }) => urgency,
      Clinic: ({ clinic }) => clinic.name,
      'Clinic’s reference': ({ clinicReference }) => clinicReference,
      'Came in': ({ receivedAt }) => civilDate(receivedAt),
      Late: ({ late }) => late,
      'Open needs': ({ needs: all }) =>
        all
          .filter(({ status }) => status === 'open')
          .map(({ need }) => need)
          .join(', '),
      'Whose it is': ({ assignedTo }) => assignedTo?.name ?? null,
    },
  });

  app.get(
    '/referrals',
    { config: { action: 'referrals.read' }, schema: { querystring: ListQuery } },
    async (request, reply) => {
      const { limit, after, ...filters } = request.query;
      const filter = filterOf(filters, request.ctx);
      if (filter.status === 'waiting') return reply.redirect('/referrals/waiting', 303);
      const day = today(deps.clock);
      const [list, counts, clinics, staff] = await Promise.all([
        listQueue(deps.db, filter, { today: day, limit, after, order: filters.order }),
        countQueue(deps.db, filter, day),
        listClinics(deps.db),
        listDeciders(deps.db),
      ]);
      return reply.page('referrals/views/list.njk', {
        next: list.next,
        items: list.items.map((referral) => withAge(deps, referral)),
        counts,
        status: filter.status,
        filters,
        after,
        query: new URLSearchParams(filters).toString(),
        choices: { statuses: referralStatuses, urgencies, needs, clinics, staff },
      });
    },
  );

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
}

function bannerFor(decision: Decision, { status, waitingPosition }: Decided, id: string) {
  if (decision === 'decline')
    return {
      text: 'The referral is declined.',
      link: { href: '/referrals', text: 'Decide the next referral' },
    };
  if (decision === 'ask')
    return {
      text: 'The referral waits for an answer to your question.',
      link: { href: '/referrals', text: 'Decide the next referral' },
    };
  if (status === 'active') return { text: 'The referral is accepted. Its follow-ups are planned.' };
  const ahead = (waitingPosition ?? 1) - 1;
  const place = ahead
    ? `${count(ahead, 'referral')} ${ahead === 1 ? 'is' : 'are'} ahead of it on the waiting list.`
    : 'It is first on the waiting list.';
  return {
    text: `The referral is accepted. ${place}`,
    link: { href: `/referrals/${id}/issue`, text: 'Issue a device now' },
  };
}

/** Which of the page's forms was sent. */
const prefixOf = ({ decision }: Typed) => decisions.find((known) => known === decision) ?? 'accept';

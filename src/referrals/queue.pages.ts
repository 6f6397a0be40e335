import type { Static } from 'typebox';
import { listDeciders } from '../access/decider.queries.ts';
import { listClinics } from '../scheme/organisations/organisation.queries.ts';
import type { Context } from '../shared/actor.ts';
import { civilDate, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import type { App } from '../shared/http.ts';
import { isId } from '../shared/ids.ts';
import { invalid } from '../shared/problem.ts';
import { type Form, newForm, type Typed } from '../web/forms.ts';
import { listFile } from '../web/list-file.ts';
import { submit } from '../web/submit.ts';
import { filterOf, QueueQuery } from './queue.schemas.ts';
import { needs, referralStatuses, urgencies } from './referral.rules.ts';
import { withAge } from './referral.view.ts';
import { assignReferrals } from './triage.commands.ts';
import { countQueue, listQueue } from './triage.queries.ts';
import type { NewAssignments } from './triage.schemas.ts';

const view = 'referrals/views/list.njk';

/** /referrals: the queue, and giving many of it to someone. The waiting list has a page of its own. */
export function queuePages(app: App, deps: Deps): void {
  listFile(app, deps, {
    name: 'referrals',
    query: QueueQuery,
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
    dates: ['Came in'],
  });

  const schema = { querystring: QueueQuery };
  app.get('/referrals', { config: { action: 'referrals.read' }, schema }, async (request, reply) =>
    request.query.status === 'waiting'
      ? reply.redirect('/referrals/waiting', 303)
      : reply.page(view, await queueView(request.ctx, request.query, newForm())),
  );

  submit(app, '/referrals/assignments', {
    action: 'referrals.decide',
    querystring: QueueQuery,
    view,
    show: (form, { ctx, query }) => queueView(ctx, query, form),
    async take(typed, { ctx, query }) {
      const { assignedTo, given, left } = await assignReferrals(deps, ctx, assignmentsIn(typed, ctx));
      const whose = !assignedTo
        ? 'nobody’s'
        : assignedTo.id === ctx.actor.id
          ? 'yours'
          : `${assignedTo.name}’s`;
      const stays = `${left} ${left === 1 ? 'stays as it is: it is' : 'stay as they are: they are'} someone else’s by now.`;
      const text = `${count(given, 'referral')} ${given === 1 ? 'is' : 'are'} ${whose} now.`;
      const { limit: _limit, after: _after, ...filters } = query;
      return { href: `/referrals?${new URLSearchParams(filters)}`, text: left ? `${text} ${stays}` : text };
    },
  });

  async function queueView(ctx: Context, asked: Static<typeof QueueQuery>, form: Form) {
    const { limit, after, ...filters } = asked;
    const filter = filterOf(filters, ctx);
    const day = today(deps.clock);
    const [list, counts, clinics, staff] = await Promise.all([
      listQueue(deps.db, filter, { today: day, limit, after, order: filters.order }),
      countQueue(deps.db, filter, day),
      listClinics(deps.db),
      listDeciders(deps.db),
    ]);
    const query = new URLSearchParams(filters).toString();
    return {
      next: list.next,
      items: list.items.map((referral) => withAge(deps, referral)),
      counts,
      status: filter.status,
      filters,
      after,
      query,
      here: new URLSearchParams({ ...filters, ...(after && { after }) }).toString(),
      choices: { statuses: referralStatuses, urgencies, needs, clinics, staff },
      form,
      ticked: [form.typed.referrals ?? []].flat(),
    };
  }
}

/** What was ticked, each with whose it was when the page was shown, and whose it shall be. */
function assignmentsIn(
  { referrals: ticked = [], staffId: to = '' }: Typed,
  { actor }: Context,
): NewAssignments {
  const referrals = [ticked].flat().flatMap((value) => {
    const [referralId = '', insteadOf = ''] = value.split('|');
    return isId(referralId) ? [{ referralId, insteadOf: isId(insteadOf) ? insteadOf : null }] : [];
  });
  if (!referrals.length) throw invalid({ pointer: '/referrals', message: 'Tick at least one referral.' });
  const staffId = to === 'me' ? actor.id : to;
  if (to !== 'nobody' && !isId(staffId))
    throw invalid({ pointer: '/staffId', message: 'Choose whose they are.' });
  return { referrals, staffId: to === 'nobody' ? null : String(staffId) };
}

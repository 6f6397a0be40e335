import { workGivenTo } from '../access/giving-on.queries.ts';
import { may } from '../access/permissions.ts';
import { soonDays } from '../lending/loans/loan.rules.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import { type App, strictObject } from '../shared/http.ts';
import { line } from '../shared/schemas.ts';
import { endingDays } from '../stock/data-plans/data-plan.rules.ts';
import { urgentTasks } from '../tasks/task.queries.ts';
import { shownTask } from '../tasks/task.view.ts';
import { fields, typedIn } from '../web/forms.ts';
import { ownSheets } from '../web/kept-sheet.ts';
import { navigationFor } from '../web/navigation.ts';
import { sheetInWords } from '../web/sheet-work.view.ts';
import { formPage } from '../web/submit.ts';
import { firstSteps } from './first-steps.ts';
import { type Work, type WorkKind, worklist } from './home.queries.ts';
import { type Numbers, schemeNumbers } from './numbers.queries.ts';
import { type RecentType, sinceYesterday } from './recent.queries.ts';
import { countFound, runSearch } from './search.commands.ts';
import { foundGroups } from './search-results.ts';

const Scan = strictObject({ code: line(200) });
const words = { code: 'Scan or type something first' };
/** So many urgent tasks are named on Today; the rest are a press away. */
const urgentShown = 5;

/** Today: what needs doing, and the search of every page’s head. Whoever has no Today starts at the first place their role opens. */
export function homePages(app: App, deps: Deps): void {
  app.get('/', { config: { action: 'session.own' } }, async (request, reply) => {
    const { actor } = request.ctx;
    if (may(actor, 'today.read')) return reply.page('office/views/today.njk', await todayView(request.ctx));
    const [first] = navigationFor(actor, '/', (url) => app.hasRoute({ method: 'GET', url }));
    return first ? reply.redirect(first.href, 303) : reply.page('office/views/nothing-here.njk');
  });

  formPage(app, '/scan', {
    action: 'searches.run',
    view: 'office/views/found.njk',
    show: () => ({ groups: [], hits: 0 }),
    async take(typed, { ctx }, reply) {
      const { code } = fields(Scan, typed, words);
      const found = await runSearch(deps, ctx, code);
      const hits = countFound(found);
      const groups = foundGroups(found);
      if (hits === 1) return { href: groups[0]!.rows[0]![0]!.href! };
      return reply.page('office/views/found.njk', {
        text: code,
        groups,
        hits,
        more: found.more,
        people: found.patients,
      });
    },
  });

  /** What is found while someone types: a part of a page, put below the box. It is a search like any other. */
  app.post('/scan/suggestions', { config: { action: 'searches.run' } }, async (request, reply) => {
    const { code } = fields(Scan, typedIn(request.body), words);
    const found = await runSearch(deps, request.ctx, code);
    return reply.page('office/views/suggestions.njk', {
      groups: foundGroups(found),
      hits: countFound(found),
      more: found.more,
      people: found.patients,
    });
  });

  async function todayView(ctx: Context) {
    const { actor } = ctx;
    const date = today(deps.clock);
    const [urgent, work, given, lists, recent, numbers, first] = await Promise.all([
      may(actor, 'tasks.read') ? urgentTasks(deps.db, urgentShown) : { items: [], count: 0 },
      worklist(deps.db, date),
      workGivenTo(deps.db, actor.id, timestamp(deps.clock)),
      ownSheets(deps, actor.id),
      sinceYesterday(deps.db, date),
      schemeNumbers(deps.db, date),
      firstSteps(deps.db, actor),
    ]);
    return {
      urgent: {
        items: urgent.items.map((task) => shownTask(task, actor)),
        more: urgent.count - urgent.items.length,
      },
      given,
      lists: lists.map(sheetInWords),
      work: work.filter((item) => item.count > 0).map((item) => ({ ...item, ...say(item, date) })),
      numbers: sayNumbers(numbers),
      recent: recent.map(({ type, count: number }) => sayRecent(type, number)),
      date,
      firstSteps: first,
    };
  }
}

/** The scheme in numbers, each with the list or the report that it leads to. */
function sayNumbers({ lent, ready, waiting, referrals, loans, calls }: Numbers) {
  return [
    { text: 'Loans open', value: lent, href: '/loans?status=open', weeks: loans, what: 'Loans issued' },
    { text: 'Devices ready', value: ready, href: '/devices?status=ready&fit=true' },
    {
      text: 'Referrals waiting',
      value: waiting,
      href: '/referrals/waiting',
      weeks: referrals,
      what: 'Referrals received',
    },
    {
      text: 'Follow-ups done this week',
      value: calls.at(-1) ?? 0,
      href: '/reports/follow-ups',
      weeks: calls,
      what: 'Follow-ups done',
    },
  ];
}

/** What happened in words, with the list that begins with it. */
function sayRecent(type: RecentType, number: number): { text: string; href: string } {
  const told: Record<RecentType, { text: string; href: string }> = {
    'referral.received': { text: `${count(number, 'referral')} came in`, href: '/referrals?status=all' },
    'referral.accepted': { text: `${count(number, 'referral')} accepted`, href: '/referrals?status=all' },
    'loan.issued': { text: `${count(number, 'loan')} issued`, href: '/loans' },
    'loan.returned': { text: `${count(number, 'return')}`, href: '/loans' },
    'incident.reported': { text: `${count(number, 'incident')} reported`, href: '/incidents' },
    'follow_up.outcome_recorded': {
      text: `${count(number, 'follow-up')} recorded`,
      href: '/support?status=done',
    },
    'message.answered': { text: `${count(number, 'reply', 'replies')}`, href: '/messages/replies' },
    'donation.recorded': { text: `${count(number, 'donation')} recorded`, href: '/donations' },
  };
  return told[type];
}

/** A kind of work in words, with the list that holds it. */
function say({ kind, count: number }: Work, today: string): { text: string; href: string } {
  const yesterday = addDays(today, -1);
  const told: Record<WorkKind, { text: string; href: string }> = {
    referrals_to_decide: {
      text: `${count(number, 'referral')} to decide`,
      href: '/referrals?status=received',
    },
    waiting_and_in_stock: {
      text: `${count(number, 'person', 'people')} waiting for something that is in stock`,
      href: '/referrals/waiting?inStock=true',
    },
    devices_to_prepare: {
      text: `${count(number, 'device')} to prepare`,
      href: '/devices?status=in_preparation',
    },
    devices_due_back: {
      text: `${count(number, 'device')} due back that ${number === 1 ? 'has' : 'have'} not arrived`,
      href: '/devices?status=due_back',
    },
    repairs_late: { text: `${count(number, 'repair')} overdue`, href: '/repairs?late=true' },
    follow_ups_today: {
      text: `${count(number, 'follow-up')} still to do today`,
      href: `/support?from=${today}&to=${today}&status=ahead`,
    },
    follow_ups_without_outcome: {
      text: `${count(number, 'follow-up')} without an outcome`,
      href: `/support?to=${yesterday}&status=ahead`,
    },
    loans_overdue: { text: `${count(number, 'loan')} overdue`, href: '/loans?due=overdue' },
    loans_due: { text: `${count(number, 'loan')} due back within ${soonDays} days`, href: '/loans?due=soon' },
    data_ending: {
      text: `${count(number, 'data plan')} on loan ending within ${endingDays} days or over`,
      href: '/data-plans?ending=soon',
    },
    incidents_open: { text: `${count(number, 'incident')} open`, href: '/incidents?status=open' },
    loans_to_review: {
      text: `${count(number, 'loan')} without a date to look at again`,
      href: '/loans?due=review',
    },
    messages_held: { text: `${count(number, 'message')} held`, href: '/messages?status=held' },
    messages_failed: { text: `${count(number, 'message')} not sent`, href: '/messages?status=failed' },
    messages_unknown: {
      text: `${count(number, 'message')} not known if sent`,
      href: '/messages?status=unknown',
    },
    accessories_low: {
      text: `${count(number, 'kind of accessory', 'kinds of accessory')} running low`,
      href: '/accessories?stock=low',
    },
    clinics_without_duty_contact: {
      text: `${count(number, 'clinic')} without a duty contact to ring when there is a concern`,
      href: '/settings/clinics?dutyContact=missing',
    },
    tasks: { text: `${count(number, 'task')} open`, href: '/tasks' },
  };
  return told[kind];
}

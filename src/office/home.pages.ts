import { workGivenTo } from '../access/giving-on.queries.ts';
import { may } from '../access/permissions.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { count } from '../shared/formats.ts';
import { type App, strictObject } from '../shared/http.ts';
import { line } from '../shared/schemas.ts';
import { urgentTasks } from '../tasks/task.queries.ts';
import { shownTask } from '../tasks/task.view.ts';
import { fields, typedIn } from '../web/forms.ts';
import { ownSheets } from '../web/kept-sheet.ts';
import { navigationFor } from '../web/navigation.ts';
import { sheetInWords } from '../web/sheet-work.view.ts';
import { formPage } from '../web/submit.ts';
import { managerView, systemView } from './board.view.ts';
import { firstSteps } from './first-steps.ts';
import { worklist } from './home.queries.ts';
import { type Numbers, schemeNumbers } from './numbers.queries.ts';
import { type RecentType, sinceYesterday } from './recent.queries.ts';
import { countFound, runSearch } from './search.commands.ts';
import { foundGroups } from './search-results.ts';
import { sayWork, weightOf } from './work.rules.ts';

const Scan = strictObject({ code: line(200) });
const words = { code: 'Scan or type something first' };
/** So many urgent tasks are named on Today; the rest are a press away. */
const urgentShown = 5;

/** Today: what needs doing, how the system stands for whoever runs it, and the search of every page’s head. Whoever has neither starts at the first place their role opens. */
export function homePages(app: App, deps: Deps): void {
  app.get('/', { config: { action: 'session.own' } }, async (request, reply) => {
    const { actor } = request.ctx;
    if (may(actor, 'today.read')) return reply.page('office/views/today.njk', await todayView(request.ctx));
    if (may(actor, 'system.read'))
      return reply.page('office/views/system.njk', await systemView(deps, actor));
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
    const [urgent, work, given, lists, recent, numbers, first, manager] = await Promise.all([
      may(actor, 'tasks.read') ? urgentTasks(deps.db, urgentShown) : { items: [], count: 0 },
      worklist(deps.db, date),
      workGivenTo(deps.db, actor.id, timestamp(deps.clock)),
      ownSheets(deps, actor.id),
      sinceYesterday(deps.db, date),
      schemeNumbers(deps.db, date),
      firstSteps(deps.db, actor),
      managerView(deps, actor),
    ]);
    const toDo = work
      .filter((item) => item.count > 0)
      .map((item) => ({ ...item, ...sayWork(item, date), weight: weightOf(item.kind) }));
    return {
      urgent: {
        items: urgent.items.map((task) => shownTask(task, actor)),
        more: urgent.count - urgent.items.length,
      },
      given,
      lists: lists.map(sheetInWords),
      work: [
        { title: 'Waits for you today', items: toDo.filter(({ weight }) => weight === 'today') },
        { title: 'When there is time', items: toDo.filter(({ weight }) => weight === 'later') },
        // That nothing waits today is told, so that nobody wonders; only a day without any work is told as one.
      ].filter(({ items }, place) => items.length > 0 || (place === 0 && toDo.length > 0)),
      manager,
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
      text: 'On the waiting list',
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

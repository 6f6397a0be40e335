import Type from 'typebox';
import { may } from '../access/permissions.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, strictObject } from '../shared/http.ts';
import { invalid } from '../shared/problem.ts';
import { count } from './formats.ts';
import { type Form, fields, newForm, refused, typedIn } from './forms.ts';
import { findByCode, type Work, type WorkKind, worklist } from './home.queries.ts';
import { navigationFor } from './navigation.ts';

const Scan = strictObject({ code: Type.String({ minLength: 1, maxLength: 200 }) });
const words = { code: 'Scan or type a label first' };

/** Today: the box for scans, and what needs doing. Whoever has no Today starts at the first place their role opens. */
export function homePages(app: App, deps: Deps): void {
  app.get('/', { config: { action: 'session.own' } }, async (request, reply) => {
    const { actor } = request.ctx;
    if (may(actor, 'today.read')) return reply.page('admin/views/today.njk', await todayView(newForm()));
    const [first] = navigationFor(actor, '/', (url) => app.hasRoute({ method: 'GET', url }));
    return first ? reply.redirect(first.href, 303) : reply.page('admin/views/nothing-here.njk');
  });

  app.post('/scan', { config: { action: 'today.read' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { code } = fields(Scan, typed, words);
      const href = await findByCode(deps.db, code);
      if (!href)
        throw invalid({
          pointer: '/code',
          message: `Nothing here has the label or number “${code}”. Check it and try again.`,
        });
      return reply.redirect(href, 303);
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page('admin/views/today.njk', await todayView(form));
    }
  });

  async function todayView(form: Form) {
    const date = today(deps.clock);
    const work = (await worklist(deps.db, date))
      .filter((item) => item.count > 0)
      .map((item) => ({ ...item, ...say(item, date) }));
    return { form, work, date };
  }
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
      href: '/referrals?status=waiting',
    },
    devices_to_prepare: {
      text: `${count(number, 'device')} to prepare`,
      href: '/devices?status=in_preparation',
    },
    follow_ups_today: {
      text: `${count(number, 'follow-up')} today`,
      href: `/support?from=${today}&to=${today}`,
    },
    follow_ups_without_outcome: {
      text: `${count(number, 'follow-up')} without an outcome`,
      href: `/support?to=${yesterday}&status=planned`,
    },
    loans_overdue: { text: `${count(number, 'loan')} overdue`, href: '/loans?due=overdue' },
    loans_due: { text: `${count(number, 'loan')} due back within a week`, href: '/loans?due=soon' },
    messages_held: { text: `${count(number, 'message')} held or not sent`, href: '/messages?status=held' },
    tasks: { text: `${count(number, 'task')} open`, href: '/tasks' },
  };
  return told[kind];
}

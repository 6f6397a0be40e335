import { count, date } from '../admin/formats.ts';
import { type Form, fields, newForm, refused, typedIn } from '../admin/forms.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { closeDays, openDay } from './calendar.commands.ts';
import { readCalendar } from './calendar.queries.ts';
import { closedDayParams, NewClosedDays } from './calendar.schemas.ts';

const view = 'calendar/views/calendar.njk';
const words = { from: 'Enter the first day', title: 'Say why it is closed' };

/** /settings/calendar: bank holidays, and the days on which the scheme itself is closed. */
export function calendarPages(app: App, deps: Deps): void {
  const change = { config: { action: 'settings.change' } } as const;

  app.get('/settings/calendar', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page(view, await calendarView(newForm())),
  );

  app.post('/settings/calendar', change, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const { days, followUps } = await closeDays(deps, request.ctx, fields(NewClosedDays, typed, words));
      const text = `${count(days.length, 'day')} closed.`;
      return reply.done(
        '/settings/calendar',
        followUps
          ? {
              text: `${text} ${count(followUps, 'follow-up stands', 'follow-ups stand')} there: agree on other days.`,
              link: { href: `/support?from=${days[0]}&to=${days.at(-1)}&status=ahead`, text: 'See them' },
            }
          : { text },
      );
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(view, await calendarView(form));
    }
  });

  app.post(
    '/settings/calendar/:day/openings',
    { ...change, schema: { params: closedDayParams } },
    async (request, reply) => {
      const { day } = await openDay(deps, request.ctx, request.params.day);
      return reply.done('/settings/calendar', { text: `${date(day)} is open again.` });
    },
  );

  const calendarView = async (form: Form) => ({ form, ...(await readCalendar(deps.db, today(deps.clock))) });
}

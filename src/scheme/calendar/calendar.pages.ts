import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count, date, weekday } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { clearDay, closeDays, previewClosing } from '../../support/closed-days.commands.ts';
import { type Form, fields, newForm, refused, typedIn } from '../../web/forms.ts';
import { openDay } from './calendar.commands.ts';
import { readCalendar } from './calendar.queries.ts';
import { type ClosedDays, closedDayParams, NewClosedDays } from './calendar.schemas.ts';

const view = 'scheme/calendar/views/calendar.njk';
/** Where follow-ups went, in a sentence; nothing where none did. */
function movedLine({ moved, movedTo }: ClosedDays): string {
  if (!moved) return '';
  const days = movedTo.map(({ day, followUps }) =>
    movedTo.length > 1 ? `${followUps} to ${weekday(day)}` : `to ${weekday(day)}`,
  );
  return `${count(moved, 'follow-up')} moved: ${days.join(', ')}. Who was told of another time is told again.`;
}
const words = { from: 'Enter the first day', title: 'Say why it is closed' };

/** /settings/calendar: bank holidays, and the days on which the scheme itself is closed. */
export function calendarPages(app: App, deps: Deps): void {
  const change = { config: { action: 'settings.change' } } as const;

  app.get('/settings/calendar', { config: { action: 'settings.read' } }, async (_request, reply) =>
    reply.page(view, await calendarView(newForm())),
  );

  app.post('/settings/calendar', change, async (request, reply) => {
    const { move, ...typed } = typedIn(request.body);
    try {
      const input = fields(NewClosedDays, typed, words);
      const closing = await previewClosing(deps, input);
      if (closing.moved && move !== 'yes')
        return reply.page(view, { ...(await calendarView(newForm(typed))), closing });
      const closed = await closeDays(deps, request.ctx, input);
      return reply.done('/settings/calendar', {
        text: [`${count(closed.days.length, 'day')} closed.`, movedLine(closed)].filter(Boolean).join(' '),
      });
    } catch (error) {
      const form = refused(typed, error);
      return reply.code(form.status).page(view, await calendarView(form));
    }
  });

  app.post(
    '/settings/calendar/:day/moves',
    { ...change, schema: { params: closedDayParams } },
    async (request, reply) => {
      const cleared = await clearDay(deps, request.ctx, request.params.day);
      return reply.done('/settings/calendar', {
        text: movedLine(cleared) || 'No follow-up on this day is still ahead.',
      });
    },
  );

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

import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { count, date, weekday } from '../../shared/formats.ts';
import type { App } from '../../shared/http.ts';
import { clearDay, closeDays, previewClosing } from '../../support/closed-days.commands.ts';
import { fields, newForm } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
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
/** What is due back on days that were closed, in a sentence; nothing where nothing is. */
function dueLine({ loansDue, days }: ClosedDays): string {
  if (!loansDue) return '';
  const [are, they] = loansDue === 1 ? ['is', 'It stays'] : ['are', 'They stay'];
  return `${count(loansDue, 'loan')} ${are} due back ${days.length === 1 ? 'then' : 'on these days'}. ${they} so until someone extends ${loansDue === 1 ? 'it' : 'them'}.`;
}
const words = { from: 'Enter the first day', title: 'Say why it is closed' };

/** /settings/calendar: bank holidays, and the days on which the scheme itself is closed. */
export function calendarPages(app: App, deps: Deps): void {
  const readDays = () => readCalendar(deps.db, today(deps.clock));
  const change = { action: 'settings.change' } as const;
  formPage(app, '/settings/calendar', {
    ...change,
    reads: 'settings.read',
    view,
    show: readDays,
    async take({ move, ...typed }, { ctx }, reply) {
      const input = fields(NewClosedDays, typed, words);
      const closing = await previewClosing(deps, input);
      if (closing.moved && move !== 'yes')
        return reply.page(view, { ...(await readDays()), form: newForm(typed), closing });
      const closed = await closeDays(deps, ctx, input);
      return {
        href: '/settings/calendar',
        text: [`${count(closed.days.length, 'day')} closed.`, movedLine(closed), dueLine(closed)]
          .filter(Boolean)
          .join(' '),
      };
    },
  });

  submit(app, '/settings/calendar/:day/moves', {
    ...change,
    params: closedDayParams,
    async take(_typed, { ctx, params }) {
      const cleared = await clearDay(deps, ctx, params.day);
      return {
        href: '/settings/calendar',
        text: movedLine(cleared) || 'No follow-up on this day is still ahead.',
      };
    },
  });

  submit(app, '/settings/calendar/:day/openings', {
    ...change,
    params: closedDayParams,
    async take(_typed, { ctx, params }) {
      const { day } = await openDay(deps, ctx, params.day);
      return { href: '/settings/calendar', text: `${date(day)} is open again.` };
    },
  });
}

import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies } from '../../shared/http.ts';
import { creates, reads } from '../../shared/routes.ts';
import { clearDay, closeDays } from '../../support/closed-days.commands.ts';
import { openDay } from './calendar.commands.ts';
import { readCalendar } from './calendar.queries.ts';
import { Calendar, ClosedDays, closedDayParams, NewClosedDays } from './calendar.schemas.ts';

const tags = ['Settings of lending'];

/** /calendar and /closed-days: which days are no working days. */
export function calendarRoutes(app: App, deps: Deps): void {
  reads(app, '/calendar', {
    action: 'settings.read',
    operationId: 'getCalendar',
    summary: 'Days from today on that are no working days, beside weekends',
    tags,
    gives: Calendar,
    call: () => readCalendar(deps.db, today(deps.clock)),
  });

  creates(app, '/closed-days', {
    action: 'settings.change',
    operationId: 'closeDays',
    summary: 'Close the scheme on the working days of a span, and move the follow-ups that stand there',
    tags,
    body: NewClosedDays,
    gives: ClosedDays,
    problems: ['invalid'],
    call: ({ ctx, body }) => closeDays(deps, ctx, body),
  });

  creates(app, '/closed-days/:day/moves', {
    action: 'settings.change',
    operationId: 'clearDay',
    summary: 'Move the follow-ups that still stand on a day that was closed',
    tags,
    params: closedDayParams,
    gives: ClosedDays,
    problems: ['not-found'],
    call: ({ ctx, params }) => clearDay(deps, ctx, params.day),
  });

  app.delete(
    '/closed-days/:day',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'openDay',
        summary: 'Open the scheme again on a day that was closed',
        tags,
        params: closedDayParams,
        response: { 200: closedDayParams, ...problemReplies('not-found') },
      },
    },
    (request) => openDay(deps, request.ctx, request.params.day),
  );
}

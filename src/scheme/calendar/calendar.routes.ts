import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, problemReplies } from '../../shared/http.ts';
import { clearDay, closeDays } from '../../support/closed-days.commands.ts';
import { openDay } from './calendar.commands.ts';
import { readCalendar } from './calendar.queries.ts';
import { Calendar, ClosedDays, closedDayParams, NewClosedDays } from './calendar.schemas.ts';

const tags = ['Settings of lending'];

/** /calendar and /closed-days: which days are no working days. */
export function calendarRoutes(app: App, deps: Deps): void {
  app.get(
    '/calendar',
    {
      config: { action: 'settings.read' },
      schema: {
        operationId: 'getCalendar',
        summary: 'Days from today on that are no working days, beside weekends',
        tags,
        response: { 200: Calendar },
      },
    },
    () => readCalendar(deps.db, today(deps.clock)),
  );

  app.post(
    '/closed-days',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'closeDays',
        summary: 'Close the scheme on the working days of a span, and move the follow-ups that stand there',
        tags,
        body: NewClosedDays,
        response: { 201: ClosedDays, ...problemReplies('invalid') },
      },
    },
    async (request, reply) => reply.code(201).send(await closeDays(deps, request.ctx, request.body)),
  );

  app.post(
    '/closed-days/:day/moves',
    {
      config: { action: 'settings.change' },
      schema: {
        operationId: 'clearDay',
        summary: 'Move the follow-ups that still stand on a day that was closed',
        tags,
        params: closedDayParams,
        response: { 201: ClosedDays, ...problemReplies('not-found') },
      },
    },
    async (request, reply) => reply.code(201).send(await clearDay(deps, request.ctx, request.params.day)),
  );

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

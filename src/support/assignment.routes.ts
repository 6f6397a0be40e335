import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { type App, problemReplies } from '../shared/http.ts';
import { assignFollowUps } from './assignment.commands.ts';
import { Assigned, Hours, HoursQuery, NewAssignments, Week, WeekQuery } from './assignment.schemas.ts';
import { hoursDays } from './hours.rules.ts';
import { supportHours, supportWeek } from './week.queries.ts';

const tags = ['Support'];

/** /follow-ups/assignments, /support-weeks and /support-hours: who does what, who has time, and what was done. */
export function assignmentRoutes(app: App, deps: Deps): void {
  app.post(
    '/follow-ups/assignments',
    {
      config: { action: 'follow-ups.plan' },
      schema: {
        operationId: 'assignFollowUps',
        summary:
          'Give follow-ups to supporters: by hand, to whom each person knows, or spread over who has time',
        tags,
        body: NewAssignments,
        response: { 201: Assigned, ...problemReplies('invalid') },
      },
    },
    async (request, reply) => reply.code(201).send(await assignFollowUps(deps, request.ctx, request.body)),
  );

  app.get(
    '/support-weeks',
    {
      config: { action: 'follow-ups.read' },
      schema: {
        operationId: 'getSupportWeek',
        summary: 'A week by supporter and day, with what each has time for; a supporter sees their own',
        tags,
        querystring: WeekQuery,
        response: { 200: Week },
      },
    },
    (request) => supportWeek(deps.db, request.ctx.actor, request.query.of ?? today(deps.clock)),
  );

  app.get(
    '/support-hours',
    {
      config: { action: 'follow-ups.read' },
      schema: {
        operationId: 'listSupportHours',
        summary: 'What supporters did, by support partner; the month before when no days are named',
        tags,
        querystring: HoursQuery,
        response: { 200: Hours, ...problemReplies('invalid') },
      },
    },
    (request) => {
      const { from, to } = hoursDays(request.query, today(deps.clock));
      return supportHours(deps, request.ctx.actor, from, to);
    },
  );
}

import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { creates, reads } from '../shared/routes.ts';
import { assignFollowUps } from './assignment.commands.ts';
import { Assigned, Hours, HoursQuery, NewAssignments, Week, WeekQuery } from './assignment.schemas.ts';
import { hoursDays } from './hours.rules.ts';
import { supportHours, supportWeek } from './week.queries.ts';

const tags = ['Support'];

/** /follow-ups/assignments, /support-weeks and /support-hours: who does what, who has time, and what was done. */
export function assignmentRoutes(app: App, deps: Deps): void {
  creates(app, '/follow-ups/assignments', {
    action: 'follow-ups.plan',
    operationId: 'assignFollowUps',
    summary: 'Give follow-ups to supporters: by hand, to whom each person knows, or spread over who has time',
    tags,
    body: NewAssignments,
    gives: Assigned,
    problems: ['invalid'],
    call: ({ ctx, body }) => assignFollowUps(deps, ctx, body),
  });

  reads(app, '/support-weeks', {
    action: 'follow-ups.read',
    operationId: 'getSupportWeek',
    summary: 'A week by supporter and day, with what each has time for; a supporter sees their own',
    tags,
    querystring: WeekQuery,
    gives: Week,
    call: ({ ctx, query }) => supportWeek(deps.db, ctx.actor, query.of ?? today(deps.clock)),
  });

  reads(app, '/support-hours', {
    action: 'follow-ups.read',
    operationId: 'listSupportHours',
    summary: 'What supporters did, by support partner; the month before when no days are named',
    tags,
    querystring: HoursQuery,
    gives: Hours,
    problems: ['invalid'],
    async call({ ctx, query }) {
      const { from, to } = hoursDays(query, today(deps.clock));
      return supportHours(deps, ctx.actor, from, to);
    },
  });
}

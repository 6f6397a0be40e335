import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { fileFormats, sendTable } from '../shared/table-file.ts';
import { newForm, refused } from '../web/forms.ts';
import { mondayOf } from './assignment.rules.ts';
import { HoursQuery, WeekQuery } from './assignment.schemas.ts';
import { hoursDays } from './hours.rules.ts';
import { supportHours, supportWeek } from './week.queries.ts';

const fileColumns = {
  organisation: 'Support partner',
  supporter: 'Supporter',
  contacts: 'Follow-ups that took place',
  missed: 'Missed',
  dropIns: 'Drop-ins',
  minutes: 'Minutes',
};

/** /support/week: who has time for follow-ups. /support/hours: what supporters did. */
export function weekPages(app: App, deps: Deps): void {
  const read = { config: { action: 'follow-ups.read' } } as const;

  app.get('/support/week', { ...read, schema: { querystring: WeekQuery } }, async (request, reply) => {
    const day = today(deps.clock);
    const week = await supportWeek(deps.db, request.ctx.actor, request.query.of ?? day);
    const used = week.rows.flatMap(({ days }) => days.map(({ date }) => date));
    const all = [0, 1, 2, 3, 4, 5, 6].map((place) => addDays(week.from, place));
    return reply.page('support/views/week.njk', {
      ...week,
      days: all.filter((date, place) => place < 5 || used.includes(date)),
      before: addDays(week.from, -7),
      after: addDays(week.from, 7),
      isThisWeek: week.from === mondayOf(day),
      today: day,
    });
  });

  app.get('/support/hours', { ...read, schema: { querystring: HoursQuery } }, async (request, reply) => {
    const day = today(deps.clock);
    try {
      const { from, to } = hoursDays(request.query, day);
      const hours = await supportHours(deps, request.ctx.actor, from, to);
      return reply.page('support/views/hours.njk', { ...hours, form: newForm() });
    } catch (error) {
      const form = refused({}, error);
      return reply.code(form.status).page('support/views/hours.njk', { ...request.query, items: [], form });
    }
  });

  for (const format of fileFormats)
    app.get(
      `/support/hours.${format}`,
      { ...read, schema: { querystring: HoursQuery } },
      async (request, reply) => {
        const { from, to } = hoursDays(request.query, today(deps.clock));
        const { items } = await supportHours(deps, request.ctx.actor, from, to);
        return sendTable(reply, format, {
          name: `support-hours-${from}-${to}`,
          columns: fileColumns,
          rows: items.map(inFile),
        });
      },
    );
}

const inFile = ({
  organisation,
  supporter,
  ...counts
}: Awaited<ReturnType<typeof supportHours>>['items'][number]) => ({
  organisation: organisation?.name ?? '',
  supporter: supporter.name,
  ...counts,
});

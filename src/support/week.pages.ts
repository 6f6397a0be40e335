import Type from 'typebox';
import { tellableWhys, whyChoices } from '../messages/why.rules.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import type { App } from '../shared/http.ts';
import { oneOf } from '../shared/schemas.ts';
import { fileFormats, sendTable } from '../shared/table-file.ts';
import { newForm, refused } from '../web/forms.ts';
import { mondayOf } from './assignment.rules.ts';
import { HoursQuery, WeekQuery } from './assignment.schemas.ts';
import { weekToPlan } from './diary.rules.ts';
import { isAhead } from './follow-up.states.ts';
import { hoursDays } from './hours.rules.ts';
import { addressOf } from './move.pages.ts';
import { callsOfWeek, supportHours, supportWeek, type WeekCall } from './week.queries.ts';

/** Which week, whose, and why what is moved in it changes, which is asked once. */
const WeekPageQuery = Type.Object(
  {
    ...WeekQuery.properties,
    supporter: Type.Optional(Type.Union([Type.Literal('none'), Type.String({ format: 'uuid' })])),
    why: Type.Optional(oneOf([...tellableWhys, 'not_said'])),
  },
  { additionalProperties: false },
);

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

  app.get('/support/week', { ...read, schema: { querystring: WeekPageQuery } }, async (request, reply) => {
    const { actor } = request.ctx;
    const { of, supporter, why } = request.query;
    const day = today(deps.clock);
    const first = mondayOf(of ?? weekToPlan(day));
    const [week, calls] = await Promise.all([
      supportWeek(deps.db, actor, first),
      callsOfWeek(deps.db, actor, { from: first, to: addDays(first, 6), supporter }),
    ]);
    const all = [0, 1, 2, 3, 4, 5, 6].map((place) => addDays(first, place));
    const days = all.filter((date, place) => place < 5 || calls.some(({ dueOn }) => dueOn === date));
    const at = (monday: string) => `/support/week${addressOf({ of: monday, supporter, why })}`;
    return reply.page('support/views/week.njk', {
      ...week,
      days: days.map((date) => ({ date, calls: calls.filter(({ dueOn }) => dueOn === date).map(asChip) })),
      before: at(addDays(first, -7)),
      after: at(addDays(first, 7)),
      isThisWeek: first === mondayOf(weekToPlan(day)),
      moveQuery: addressOf({ of: first, supporter }),
      why,
      whys: whyChoices,
      supporter,
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

/** A call as its chip has it: whether it may be moved, and the version that the move sends along. */
const asChip = ({ changedAt, ...call }: WeekCall) => ({
  ...call,
  mayMove: isAhead.of(call.status),
  version: etagOf(call.id, changedAt),
});

const inFile = ({
  organisation,
  supporter,
  ...counts
}: Awaited<ReturnType<typeof supportHours>>['items'][number]) => ({
  organisation: organisation?.name ?? '',
  supporter: supporter.name,
  ...counts,
});

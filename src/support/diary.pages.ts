import Type from 'typebox';
import { fields, newForm, refused, typedIn } from '../admin/forms.ts';
import { getPatient } from '../patients/patient.queries.ts';
import { addDays, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import type { App } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import { oneOf } from '../shared/schemas.ts';
import { coercing } from '../shared/validation.ts';
import { addFollowUp } from './follow-up.commands.ts';
import { countFollowUps, listFollowUps, listSupporters } from './follow-up.queries.ts';
import { NewFollowUp } from './follow-up.schemas.ts';
import { followUpStatuses, ways, wayWords } from './support.rules.ts';

const date = Type.String({ format: 'date' });
const id = Type.String({ format: 'uuid' });
const statuses = ['ahead', ...followUpStatuses] as const;
/** The diary's filters as its form names them: a supporter's id, or `none` for what nobody has yet. */
const DiaryQuery = Type.Object(
  {
    ...listQuery,
    from: Type.Optional(date),
    to: Type.Optional(date),
    status: Type.Optional(oneOf(statuses)),
    supporter: Type.Optional(Type.Union([Type.Literal('none'), id])),
  },
  { additionalProperties: false },
);

const isId = (text: unknown): text is string => typeof text === 'string' && coercing.validate(id, text);
const wayChoices = ways.map((value) => ({ value, text: wayWords[value] }));
const words = { dueOn: 'Enter the date', way: 'Choose how', patientId: 'Choose the person first' };

/** /support: the diary by day and supporter, and adding a follow-up. */
export function diaryPages(app: App, deps: Deps): void {
  app.get(
    '/support',
    { config: { action: 'follow-ups.read' }, schema: { querystring: DiaryQuery } },
    async (request, reply) => {
      const { actor } = request.ctx;
      const { after, limit, supporter, ...chosen } = request.query;
      const date = today(deps.clock);
      const days = chosen.from || chosen.to ? chosen : { ...chosen, from: date };
      const query = {
        ...days,
        ...(supporter === 'none' ? { unassigned: true } : supporter ? { supporterId: supporter } : {}),
      };
      const [list, count, supporters, withoutOutcome] = await Promise.all([
        listFollowUps(deps.db, actor, { ...query, after, limit }),
        countFollowUps(deps.db, actor, query),
        actor.role === 'supporter' ? [] : listSupporters(deps.db),
        countFollowUps(deps.db, actor, { to: addDays(date, -1), status: 'ahead' }),
      ]);
      const filters = { ...days, ...(supporter && { supporter }) };
      return reply.page('support/views/diary.njk', {
        days: [...Map.groupBy(list.items, ({ dueOn }) => dueOn)].map(([day, items]) => ({ day, items })),
        next: list.next,
        count,
        after,
        filters,
        query: new URLSearchParams(filters).toString(),
        supporters: [
          { value: 'none', text: 'Nobody yet' },
          ...supporters.map(({ id, name }) => ({ value: id, text: name })),
        ],
        statuses,
        wayWords,
        today: date,
        yesterday: addDays(date, -1),
        withoutOutcome,
      });
    },
  );

  app.get(
    '/follow-ups/new',
    { config: { action: 'follow-ups.plan' }, schema: { querystring: Type.Object({ patientId: id }) } },
    async (request, reply) =>
      reply.page(
        'support/views/new.njk',
        await newView(request.query.patientId, newForm({ startsAt: '10:00', minutes: '20' })),
      ),
  );

  app.post('/follow-ups/new', { config: { action: 'follow-ups.plan' } }, async (request, reply) => {
    const typed = typedIn(request.body);
    try {
      const followUp = await addFollowUp(deps, request.ctx, fields(NewFollowUp, typed, words));
      return reply.done(`/follow-ups/${followUp.id}`, {
        text: 'The follow-up is planned.',
        link: { href: '/support', text: 'See the diary' },
      });
    } catch (error) {
      const form = refused(typed, error);
      if (!isId(typed.patientId)) throw new Problem('not-found');
      return reply.code(form.status).page('support/views/new.njk', await newView(typed.patientId, form));
    }
  });

  async function newView(patientId: string, form: ReturnType<typeof newForm>) {
    const [patient, supporters] = await Promise.all([
      getPatient(deps.db, patientId),
      listSupporters(deps.db),
    ]);
    const choices = supporters.map(({ id, name }) => ({ value: id, text: name }));
    return { patient, form, ways: wayChoices, supporters: choices };
  }
}

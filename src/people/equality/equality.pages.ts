import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { fields, newForm, type Typed } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { logAccess } from '../look.queries.ts';
import { getPatient } from '../patient.queries.ts';
import { getAreaLookup } from './area.queries.ts';
import { giveEqualityAnswers, removeEqualityAnswers } from './equality.commands.ts';
import { getEquality } from './equality.queries.ts';
import { questionNames, questions, ratherNot } from './equality.rules.ts';
import { NewEqualityAnswers } from './equality.schemas.ts';

const rather = { value: ratherNot, text: 'Rather not say' };
/** The questions that are answered by a choice. */
const chosen = questionNames
  .filter((name) => name !== 'area')
  .map((name) => ({
    name,
    ...questions[name],
    choices: [...questions[name].groups, { divider: 'or' }, rather],
  }));

/** /patients/:id/equality: how someone describes themselves, which goes in and is shown to nobody; and the same on paper. */
export function equalityPages(app: App, deps: Deps): void {
  const path = '/patients/:id/equality';
  formPage(app, path, {
    reads: 'patients.read',
    action: 'patients.change',
    params: idParams,
    view: 'people/equality/views/equality.njk',
    async show(sent, { ctx, params: { id } }) {
      const [patient, equality, lookup] = await Promise.all([
        getPatient(deps.db, id),
        getEquality(deps.db, id),
        getAreaLookup(deps.db),
        logAccess(deps, ctx, id, 'patient'),
      ]);
      const form = sent ?? newForm({ givenOn: today(deps.clock) });
      const version = sent && sent.status !== 412 ? String(sent.typed.version ?? '') : equality.version;
      return { patient, equality, asksArea: lookup.brought !== null, form, version, questions: chosen };
    },
    async take({ version, ...typed }, { ctx, params: { id } }) {
      await giveEqualityAnswers(
        deps,
        { ...ctx, ifMatch: String(version ?? '') },
        id,
        fields(NewEqualityAnswers, typed),
      );
      return {
        href: `/patients/${id}`,
        text: 'What they said of themselves is kept, and counts in figures alone. Nobody is shown it.',
      };
    },
  });

  submit(app, `${path}/removal`, {
    action: 'patients.change',
    params: idParams,
    async take({ version }: Typed, { ctx, params: { id } }) {
      await removeEqualityAnswers(deps, { ...ctx, ifMatch: String(version ?? '') }, id);
      return { href: `/patients/${id}`, text: 'What they said of themselves is removed.' };
    },
  });

  app.get('/equality-questions', { config: { action: 'patients.read' } }, async (_request, reply) => {
    const { brought } = await getAreaLookup(deps.db);
    return reply.page('people/equality/views/paper.njk', { questions: chosen, asksArea: brought !== null });
  });
}

import Type from 'typebox';
import { getAsking } from '../../people/asking.queries.ts';
import { logAccess } from '../../people/look.queries.ts';
import { getPatient } from '../../people/patient.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams } from '../../shared/http.ts';
import { type Form, fields, held, newForm, type Typed } from '../../web/forms.ts';
import { formPage } from '../../web/submit.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { getFollowUp } from '../follow-up.queries.ts';
import { instrumentPages } from './instrument.pages.ts';
import { choicesOf, type Item } from './instrument.rules.ts';
import { answerMeasure, askAtCall, askWith, takeBackMeasure } from './measure.commands.ts';
import { getMeasure, getStanding, listMeasures, listMeasuresToAsk } from './measure.queries.ts';
import { NewAnswers, NewMeasure, NewMeasureAtCall } from './measure.schemas.ts';

const callParams = Type.Object({
  id: idParams.properties.id,
  instrumentId: Type.String({ format: 'uuid' }),
});

/** /patients/:id/measures, /measures/:id and /follow-ups/:id/measures: what people are asked, on paper and in calls. */
export function measurePages(app: App, deps: Deps): void {
  instrumentPages(app, deps);

  formPage(app, '/patients/:id/measures', {
    reads: 'patients.read',
    action: 'patients.change',
    params: idParams,
    view: 'support/measures/views/measures.njk',
    async show(sent, { ctx, params: { id } }) {
      const day = today(deps.clock);
      const [patient, asking, measures, toAsk] = await Promise.all([
        getPatient(deps.db, id),
        getAsking(deps.db, id, day),
        listMeasures(deps.db, id),
        listMeasuresToAsk(deps.db, id, day),
        logAccess(deps, ctx, id, 'patient'),
      ]);
      const offered = toAsk.filter(({ whyNot }) => !whyNot);
      return {
        patient,
        asking,
        measures,
        toAsk,
        form: sent ?? newForm({ instrumentId: offered.find(({ dueSince }) => dueSince)?.instrumentId ?? '' }),
        choices: offered.map(({ instrumentId, name }) => ({ value: instrumentId, text: name })),
      };
    },
    async take(typed, { ctx, params: { id } }) {
      const words = { instrumentId: 'Choose a questionnaire' };
      const { instrumentId } = fields(Type.Pick(NewMeasure, ['instrumentId']), typed, words);
      const measure = await askWith(deps, ctx, id, { instrumentId, way: 'paper' });
      return {
        href: `/measures/${measure.id}`,
        text: 'It counts as asked from today. Print it, and type in here what they answer.',
        link: { href: `/measures/${measure.id}/paper`, text: 'Show it for printing' },
      };
    },
  });

  formPage(app, '/measures/:id', {
    reads: 'patients.read',
    action: 'patients.change',
    params: idParams,
    view: 'support/measures/views/measure.njk',
    async show(sent, { ctx, params }) {
      const measure = await getMeasure(deps.db, params.id);
      await logAccess(deps, ctx, measure.patient.id, 'patient');
      const form = sent ?? newForm({ answeredOn: today(deps.clock) });
      return { measure, form: toldAt(form), rows: rowsOf(measure.items) };
    },
    async take(typed, { ctx, params: { id } }) {
      const { items } = await getMeasure(deps.db, id);
      const { answeredOn } = fields(Type.Pick(NewAnswers, ['answeredOn']), dayOf(typed));
      const said = saidIn(typed, items);
      const measure = await answerMeasure(
        deps,
        ctx,
        id,
        held(NewAnswers, { ...said, ...(answeredOn && { answeredOn }) }),
      );
      return {
        href: `/patients/${measure.patient.id}/measures`,
        text: 'What they answered is written down.',
      };
    },
  });

  app.get(
    '/measures/:id/paper',
    { config: { action: 'patients.read' }, schema: { params: idParams } },
    async (request, reply) => {
      const measure = await getMeasure(deps.db, request.params.id);
      await logAccess(deps, request.ctx, measure.patient.id, 'patient');
      return reply.page('support/measures/views/paper.njk', { measure, rows: rowsOf(measure.items) });
    },
  );

  takeBackPage(app, '/measures/:id/takings-back', {
    action: 'patients.change',
    async show({ ctx, params }) {
      const { patient, instrument, takenBack } = await getMeasure(deps.db, params.id);
      await logAccess(deps, ctx, patient.id, 'patient');
      return {
        what: 'that they were asked',
        caption: instrument.name,
        text: 'It will count nowhere, with what they answered, and they may be asked again.',
        back: { href: `/measures/${params.id}`, text: instrument.name },
        why: takenBack ? 'It is taken back already.' : undefined,
      };
    },
    async take(given, { ctx, params }) {
      const { patient } = await takeBackMeasure(deps, ctx, params.id, given);
      return { href: `/patients/${patient.id}/measures`, text: 'It is taken back.' };
    },
  });

  formPage(app, '/follow-ups/:id/measures/:instrumentId', {
    action: 'follow-ups.record-outcome',
    params: callParams,
    view: 'support/measures/views/call.njk',
    async show(sent, { ctx, params: { id, instrumentId } }) {
      const followUp = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
      const instrument = await getStanding(deps.db, followUp.patient.id, instrumentId);
      await logAccess(deps, ctx, followUp.patient.id, 'follow_up');
      const { name, items, version } = instrument;
      // Answers to other items than these are not shown beside them.
      const form = toldAt(sent && sent.status === 412 ? { ...sent, typed: {} } : (sent ?? newForm()));
      return { followUp, instrumentId, name, form, version, rows: rowsOf(items) };
    },
    async take(typed, { ctx, params: { id, instrumentId } }) {
      const followUp = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
      const { items } = await getStanding(deps.db, followUp.patient.id, instrumentId);
      const version = Number(typed.version);
      const said = { instrumentId, ...(version && { version }), ...saidIn(typed, items) };
      await askAtCall(deps, ctx, id, held(NewMeasureAtCall, said));
      return { href: `/follow-ups/${id}`, text: 'What they answered is written down.' };
    },
  });
}

const dayOf = (typed: Typed): Typed =>
  Object.fromEntries(Object.entries(typed).filter(([name]) => /^answeredOn(-|$)/.test(name)));

/** What a form says of each item: a number, that they would rather not, or nothing. */
function saidIn(typed: Typed, items: Item[]): object {
  if (typed.declined) return { declined: true };
  return {
    answers: items.map((_, row) => {
      const said = typed[`answers.${row}`];
      return said === undefined || said === '' ? null : said === 'rather_not' ? said : Number(said);
    }),
  };
}

/** What is wrong with all of it is told at the first item. */
function toldAt(form: Form): Form {
  const own = (name: string) => (name === 'answers' || name === 'instrumentId' ? 'answers.0' : name);
  return {
    ...form,
    errors: Object.fromEntries(Object.entries(form.errors).map(([name, text]) => [own(name), text])),
    summary: form.summary.map((fault) => (fault.name ? { ...fault, name: own(fault.name) } : fault)),
  };
}

const rowsOf = (items: Item[]) =>
  items.map((item, row) => ({ wording: item.wording, name: `answers.${row}`, choices: choicesOf(item) }));

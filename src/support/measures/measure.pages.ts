import Type, { type Static } from 'typebox';
import { getAsking } from '../../people/asking.queries.ts';
import { logAccess } from '../../people/look.queries.ts';
import { getPatient } from '../../people/patient.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { type App, idParams, strictObject } from '../../shared/http.ts';
import { oneOf } from '../../shared/schemas.ts';
import { type Form, fields, held, newForm, type Typed } from '../../web/forms.ts';
import { formPage, submit } from '../../web/submit.ts';
import { takeBackPage } from '../../web/take-back.ts';
import { getFollowUp } from '../follow-up.queries.ts';
import { instrumentPages } from './instrument.pages.ts';
import { askByLink, endMeasureLink } from './link.commands.ts';
import { answerMeasure, askAtCall, askWith, takeBackMeasure } from './measure.commands.ts';
import { getMeasure, getStanding, listMeasures, listMeasuresToAsk } from './measure.queries.ts';
import { NewAnswers, NewMeasure, NewMeasureAtCall } from './measure.schemas.ts';
import { rowsOf, saidIn, toldAt } from './measure.view.ts';

const AskForm = strictObject({
  ...Type.Pick(NewMeasure, ['instrumentId']).properties,
  way: oneOf(['paper', 'link']),
});
const sentWords =
  'A message with the link goes to them in the hours in which they may be written to. It counts as asked from today.';
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
        form:
          sent ??
          newForm({
            instrumentId: offered.find(({ dueSince }) => dueSince)?.instrumentId ?? '',
            way: 'paper',
          }),
        choices: offered.map(({ instrumentId, name }) => ({ value: instrumentId, text: name })),
      };
    },
    async take(typed, { ctx, params: { id } }) {
      const words = { instrumentId: 'Choose a questionnaire', way: 'Choose how they are asked' };
      const { instrumentId, way } = fields(AskForm, typed, words);
      if (way === 'link') {
        const { id: asked } = await askByLink(deps, ctx, { patientId: id }, instrumentId);
        return { href: `/measures/${asked}`, text: sentWords };
      }
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

  submit(app, '/measures/:id/link-endings', {
    action: 'patients.change',
    params: idParams,
    async take(_typed, { ctx, params }) {
      const { id } = await endMeasureLink(deps, ctx, params.id);
      return { href: `/measures/${id}`, text: 'The link leads nowhere from now on.' };
    },
  });

  submit(app, '/follow-ups/:id/measures/:instrumentId/links', {
    action: 'follow-ups.record-outcome',
    params: callParams,
    view: 'support/measures/views/call.njk',
    show: (sent, { ctx, params }) => callView(ctx, params, sent),
    async take(_typed, { ctx, params: { id, instrumentId } }) {
      await askByLink(deps, ctx, { followUpId: id }, instrumentId);
      return { href: `/follow-ups/${id}`, text: sentWords };
    },
  });

  formPage(app, '/follow-ups/:id/measures/:instrumentId', {
    action: 'follow-ups.record-outcome',
    params: callParams,
    view: 'support/measures/views/call.njk',
    show: (sent, { ctx, params }) => callView(ctx, params, sent),
    async take(typed, { ctx, params: { id, instrumentId } }) {
      const followUp = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
      const { items } = await standingOf(followUp.patient.id, instrumentId);
      const version = Number(typed.version);
      const said = { instrumentId, ...(version && { version }), ...saidIn(typed, items) };
      await askAtCall(deps, ctx, id, held(NewMeasureAtCall, said));
      return { href: `/follow-ups/${id}`, text: 'What they answered is written down.' };
    },
  });

  async function callView(ctx: Context, { id, instrumentId }: Static<typeof callParams>, sent?: Form) {
    const followUp = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
    const instrument = await standingOf(followUp.patient.id, instrumentId);
    await logAccess(deps, ctx, followUp.patient.id, 'follow_up');
    const { name, items, version } = instrument;
    // Answers to other items than these are not shown beside them.
    const form = toldAt(sent && sent.status === 412 ? { ...sent, typed: {} } : (sent ?? newForm()));
    return { followUp, instrumentId, name, form, version, rows: rowsOf(items) };
  }

  const standingOf = (patientId: string, instrumentId: string) =>
    getStanding(deps.db, { patientId, instrumentId, day: today(deps.clock) });
}

const dayOf = (typed: Typed): Typed =>
  Object.fromEntries(Object.entries(typed).filter(([name]) => /^answeredOn(-|$)/.test(name)));

import Type, { type Static } from 'typebox';
import { mergesOf } from '../identity/merge.queries.ts';
import { listMessages } from '../messages/message.queries.ts';
import { besideRecordOf } from '../referrals/proposal.queries.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { type App, idParams, strictObject } from '../shared/http.ts';
import { listQuery } from '../shared/lists.ts';
import { listFollowUps } from '../support/follow-up.queries.ts';
import { isAhead } from '../support/follow-up.states.ts';
import { handoutLine } from '../support/handout.view.ts';
import { doneAboutTasksOf } from '../tasks/task.queries.ts';
import { type Form, fields, newForm } from '../web/forms.ts';
import { formPage, submit } from '../web/submit.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { askingPages } from './asking.pages.ts';
import { reviewCommunication } from './communication.commands.ts';
import { communicationReviewDue } from './communication.rules.ts';
import { languagesFor } from './contact.rules.ts';
import { getShownPatient } from './doubt.queries.ts';
import { likelyDuplicates } from './duplicate.queries.ts';
import { listLooks, logAccess, logAndListAccess } from './look.queries.ts';
import { lookLine, peopleNamedIn } from './look.rules.ts';
import { findPatients, getPatient, listPatients } from './patient.queries.ts';
import { numbersIn } from './patient.rules.ts';
import { communicationNeeds, NewCommunicationReview, PatientQuery } from './patient.schemas.ts';
import { numberToRing, patientStanding } from './standing.rules.ts';
import { trustedWords } from './trusted.rules.ts';

const Search = strictObject({ search: Type.String({ minLength: 1, maxLength: 200, pattern: '\\S' }) });
const ReviewForm = strictObject({
  ...NewCommunicationReview.properties,
  communicationNeeds: Type.Optional(NewCommunicationReview.properties.communicationNeeds),
});
const mostFound = 50;

/** /patients: the people referred, and one of them. Names and numbers that are searched for go by POST, never in an address. */
export function patientPages(app: App, deps: Deps): void {
  askingPages(app, deps);

  formPage(app, '/patients', {
    action: 'patients.read',
    querystring: PatientQuery,
    view: 'people/views/list.njk',
    show: async (_form, { query }) => ({ ...(await listPatients(deps.db, query)), after: query.after }),
    async take(typed, _request, reply) {
      const { search } = fields(Search, typed, { search: 'Enter a name, an NHS number or a phone number.' });
      const numbers = numbersIn(search, deps.config.ALLOW_TEST_PHONE_NUMBERS);
      const found = await findPatients(deps.db, search, numbers, mostFound + 1);
      return reply.page('people/views/list.njk', {
        form: newForm(typed),
        searched: true,
        items: found.slice(0, mostFound),
        more: found.length > mostFound,
      });
    },
  });

  const history = { params: idParams, querystring: Type.Object(listQuery) };
  app.get(
    '/patients/:id',
    { config: { action: 'patients.read' }, schema: history },
    async (request, reply) => {
      const view = await patientView(request.ctx, request.params.id, request.query);
      return reply.page('people/views/patient.njk', view);
    },
  );

  app.get(
    '/patients/:id/looks',
    { config: { action: 'patients.read' }, schema: history },
    async (request, reply) => {
      const { params, query, ctx } = request;
      const patient = await getPatient(deps.db, params.id);
      await logAccess(deps, ctx, patient.id, 'patient');
      const { items, next } = await listLooks(deps.db, patient.id, query);
      const looks = items.map((look) => ({ ...look, line: lookLine(look) }));
      return reply.page('people/views/looks.njk', { patient, looks, next, after: query.after });
    },
  );

  submit(app, '/patients/:id/communication-reviews', {
    action: 'patients.change',
    params: idParams,
    prefix: 'review',
    view: 'people/views/patient.njk',
    show: (form, { ctx, params }) => patientView(ctx, params.id, { limit: 50 }, form),
    async take(typed, { ctx, params: { id } }) {
      const { communicationNeeds = [], ...said } = fields(ReviewForm, typed, {
        interpreter: 'Choose whether an interpreter is needed',
      });
      await reviewCommunication(deps, ctx, id, { communicationNeeds, ...said });
      return { href: `/patients/${id}`, text: 'How to communicate with them is confirmed.' };
    },
  });

  async function patientView(
    ctx: Context,
    id: string,
    page: Static<typeof history.querystring>,
    sent?: Form,
  ) {
    const day = today(deps.clock);
    const [patient, merges] = await Promise.all([getShownPatient(deps.db, id, day), mergesOf(deps.db, id)]);
    const others = peopleNamedIn({ patient, merges }).filter((one) => one !== id);
    const [access, followUps, messages, events, { openProposals, given }, likeness] = await Promise.all([
      logAndListAccess(deps, ctx, id, others),
      listFollowUps(deps.db, ctx.actor, { patientId: id, limit: 50 }, today(deps.clock)),
      listMessages(deps, { patientId: id, limit: 10 }),
      timelineOf(
        deps.db,
        id,
        page,
        merges.map(({ merged }) => merged.id),
      ),
      besideRecordOf(deps.db, id),
      patient.erasedAt ? null : likelyDuplicates(deps.db, id),
    ]);
    // What was done is asked for where the page tells of a task that was closed.
    const doneOf = events.items.some(({ type }) => type === 'task.completed')
      ? await doneAboutTasksOf(deps.db, id)
      : undefined;
    const due = communicationReviewDue(patient);
    const next = followUps.items.find(({ status }) => isAhead.of(status));
    return {
      patient,
      standing: patientStanding(patient, next),
      toRing: numberToRing(patient, day),
      lookalikes: likeness?.likely.length ?? 0,
      trustedWords: patient.trustedPerson && trustedWords(patient.trustedPerson),
      reviewDue: { on: due, overdue: due !== null && due < day },
      reviewForm: sent ?? {
        ...newForm({
          communicationNeeds: patient.communicationNeeds,
          language: patient.language ?? '',
          interpreter: patient.interpreter ? 'yes' : 'no',
        }),
        prefix: 'review',
      },
      choices: { communicationNeeds, languages: languagesFor(patient.language) },
      form: sent,
      followUps: followUps.items,
      given: given.map((one) => ({ ...one, line: handoutLine(one) })),
      messages: messages.items,
      moreMessages: messages.next !== null,
      access: access.map((look) => ({ ...look, line: lookLine(look) })),
      openProposals,
      merges,
      pages: {
        followUp: app.hasRoute({ method: 'GET', url: '/follow-ups/:id' }),
        message: app.hasRoute({ method: 'GET', url: '/messages/:id' }),
      },
      timeline: timelineLines(events.items, id, ctx.actor, doneOf),
      next: events.next,
      after: page.after,
    };
  }
}

import { may } from '../access/permissions.ts';
import { correctionOf } from '../messages/correction.commands.ts';
import { whyChoices } from '../messages/why.rules.ts';
import { assertWhyChosen, withoutUnsaid } from '../messages/why.view.ts';
import { getAskingBudget } from '../people/asking.queries.ts';
import { whyNotAsk } from '../people/asking.rules.ts';
import { languageName, times } from '../people/contact.rules.ts';
import { logAccess, logTrustedLook } from '../people/look.queries.ts';
import { trustedTopicWords } from '../people/trusted.rules.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf } from '../shared/etag.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { time, weekday } from '../shared/formats.ts';
import { type App, idParams } from '../shared/http.ts';
import { concernsOf } from '../tasks/task.queries.ts';
import { besideTheOther, versionToSend } from '../web/edit-conflict.ts';
import { type Form, fields, newForm, type Typed } from '../web/forms.ts';
import { submit } from '../web/submit.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { changeFollowUp } from './follow-up.commands.ts';
import { getFollowUp, listSupporters } from './follow-up.queries.ts';
import { type FollowUp, FollowUpChange, NewOutcome, type OutcomeRecorded } from './follow-up.schemas.ts';
import { isAhead } from './follow-up.states.ts';
import { handoutLine } from './handout.view.ts';
import { listMeasuresToAsk } from './measures/measure.queries.ts';
import { nextCall, nextCallLink } from './next-call.queries.ts';
import { asTyped, whenAgain } from './no-answer.view.ts';
import { recordOutcome } from './outcome.commands.ts';
import { mayTakeBackOutcome } from './outcome-back.commands.ts';
import { outcomeBackPages } from './outcome-back.pages.ts';
import { getOutcome } from './outcome-back.queries.ts';
import { nextFreeTime, usableWay, whenToTryAgain } from './planning.queries.ts';
import {
  allowedFollowUpActions,
  clashWords,
  frequencies,
  obstacleWords,
  outcomeDay,
  topicWords,
  ways,
  wayWords,
} from './support.rules.ts';

const ofForm = (names: string[], values: Typed): Typed =>
  Object.fromEntries(Object.entries(values).filter(([name]) => names.includes(name)));
const withoutDay = (typed: Typed): Typed =>
  Object.fromEntries(Object.entries(typed).filter(([name]) => !/^happenedOn(-|$)/.test(name)));
const choices = (texts: Record<string, string>) =>
  Object.entries(texts).map(([value, text]) => ({ value, text }));
const words = { result: 'Choose what came of it', dueOn: 'Enter the date', status: 'Choose one' };
export const correctionWords = {
  message:
    'They were told otherwise before: a message that says so goes to them, in the hours in which they may be written to.',
  task: 'They were told otherwise before, and no message may go to them: there is a task to tell them.',
};
const recorded = {
  done: 'The contact is recorded.',
  missed: 'Recorded as missed.',
  cancelled: 'The follow-up is off.',
};

const askedWords = (tasks: OutcomeRecorded['tasks']): string[] => [
  ...(tasks.includes('concern') ? ['An urgent task tells the office of the concern.'] : []),
  ...(tasks.includes('missed_twice') ? ['That is two in a row: there is a task to call back.'] : []),
];

const savedWords = (status: FollowUp['status'] | undefined) =>
  status === 'confirmed'
    ? 'The follow-up is confirmed.'
    : status
      ? 'The follow-up is no longer confirmed.'
      : 'Saved.';

/** /follow-ups/:id: what the contact needs, its outcome in a minute, moving, confirming, assigning. */
export function followUpPages(app: App, deps: Deps): void {
  outcomeBackPages(app, deps);

  app.get(
    '/follow-ups/:id',
    { config: { action: 'follow-ups.read' }, schema: { params: idParams } },
    async (request, reply) =>
      reply.page('support/views/follow-up.njk', await view(request.ctx, request.params.id)),
  );

  const page = { params: idParams, view: 'support/views/follow-up.njk' };
  submit(app, '/follow-ups/:id/outcomes', {
    ...page,
    action: 'follow-ups.record-outcome',
    prefix: 'outcome',
    show: (form, { ctx, params }) => view(ctx, params.id, form),
    async take(typed, { ctx, params: { id } }) {
      // What is off has no day; the one that the form begins with is not of it.
      const sent = typed.result === 'cancelled' ? withoutDay(typed) : typed;
      const outcome = fields(NewOutcome, withoutUnsaid(sent), words);
      if (outcome.result === 'cancelled') assertWhyChosen(sent);
      const { tasks } = await recordOutcome(deps, ctx, id, outcome);
      return {
        href: '/support',
        text: [recorded[outcome.result], ...askedWords(tasks), ...(await toldWords(id))].join(' '),
        link: await nextLink(ctx, id),
      };
    },
  });

  submit(app, '/follow-ups/:id/no-answers', {
    ...page,
    action: 'follow-ups.record-outcome',
    prefix: 'again',
    show: (form, { ctx, params }) => view(ctx, params.id, form),
    async take(typed, { ctx, params: { id } }) {
      const again = whenAgain(typed);
      const { tasks } = await asTyped(recordOutcome(deps, ctx, id, { result: 'missed', again }));
      const { outcome } = await getFollowUp(deps.db, ctx.actor, id, today(deps.clock));
      const said = `Recorded: no answer. It is tried again on ${weekday(again.dueOn)} at ${time(again.startsAt)}.`;
      return {
        href: '/support',
        text: [said, ...askedWords(tasks)].join(' '),
        link: await nextLink(ctx, id),
        ...(outcome && {
          undo: {
            href: `/follow-up-outcomes/${outcome.id}/takings-back`,
            fields: { reason: 'No answer was recorded by mistake' },
          },
        }),
      };
    },
  });

  /** Where whoever has recorded one goes on: to their next one today, or back to what they recorded. */
  async function nextLink({ actor }: Context, id: string) {
    const next = await nextCall(deps.db, deps, actor);
    return next ? nextCallLink(next) : { href: `/follow-ups/${id}`, text: 'See the follow-up' };
  }

  submit(app, '/follow-ups/:id/changes', {
    ...page,
    action: 'follow-ups.move',
    show(sent, { ctx, params }) {
      return view(ctx, params.id, { ...sent, prefix: String(sent.typed.form) });
    },
    async take({ version, form: which, ...typed }, { ctx, params: { id } }) {
      const change =
        typed.supporterId === 'none'
          ? { supporterId: null }
          : fields(FollowUpChange, withoutUnsaid(typed), words);
      if (which === 'move' || which === 'way') assertWhyChosen(typed);
      const { changedAt } = await changeFollowUp(deps, { ...ctx, ifMatch: String(version) }, id, change);
      const text = [savedWords(change.status), ...(await toldWords(id))].join(' ');
      return {
        href: `/follow-ups/${id}`,
        text,
        link: { href: '/support', text: 'See the diary' },
        ...(change.status === 'confirmed' && {
          undo: {
            href: `/follow-ups/${id}/changes`,
            fields: { status: 'planned', version: etagOf(id, changedAt), form: 'confirm' },
          },
        }),
      };
    },
  });

  /** What becomes of what the person was told before, in words; nothing where it still holds. */
  async function toldWords(id: string): Promise<string[]> {
    const correction = await correctionOf(deps.db, id);
    return correction ? [correctionWords[correction]] : [];
  }

  /**
   * One follow-up with the forms for what may be done with it.
   * @param sent the form that was refused, if any
   */
  async function view(ctx: Context, id: string, sent?: Form) {
    const day = today(deps.clock);
    const followUp = await getFollowUp(deps.db, ctx.actor, id, day);
    const mayAssign = may(ctx.actor, 'follow-ups.plan');
    const can = allowedFollowUpActions(followUp.status);
    const mayMove = can.move === true && may(ctx.actor, 'follow-ups.move');
    const { dueOn, startsAt, minutes, way, supporter, patient, contact } = followUp;
    const wanted = {
      dueOn,
      startsAt,
      minutes,
      way,
      patientId: patient.id,
      supporterId: supporter?.id ?? null,
    };
    const askedOn = outcomeDay({ result: 'done' }, dueOn, day);
    const hasCome = isAhead.of(followUp.status) && followUp.startsAtInstant <= timestamp(deps.clock);
    const [events, supporters, free, usable, concerns, recorded, budget, toAsk, again] = await Promise.all([
      timelineOf(deps.db, id, { limit: 50 }),
      mayAssign ? listSupporters(deps.db) : [],
      mayMove ? nextFreeTime(deps.db, deps, wanted) : wanted,
      mayMove && followUp.conflict ? usableWay(deps.db, deps, patient.id, way) : way,
      followUp.hasConcern ? concernsOf(deps.db, id) : [],
      followUp.outcome && getOutcome(deps.db, ctx.actor, followUp.outcome.id, timestamp(deps.clock)),
      can.record_outcome === true ? getAskingBudget(deps.db, patient.id, askedOn) : null,
      can.record_outcome === true ? listMeasuresToAsk(deps.db, patient.id, day, id) : [],
      hasCome ? whenToTryAgain(deps.db, deps, { ...wanted, id }) : [],
      logAccess(deps, ctx, followUp.patient.id, 'follow_up'),
      logTrustedLook(deps, ctx, contact.trusted ? [patient.id] : [], '/follow-ups/:id'),
    ]);
    const stands: Typed = { dueOn, startsAt, minutes: String(minutes), way };
    const starts: Record<string, Typed> = {
      move: ofForm(['dueOn', 'startsAt', ...Object.keys(sent?.typed ?? {})], stands),
      way: ofForm(['minutes', 'way'], stands),
      assign: { supporterId: supporter?.id ?? 'none' },
    };
    const form = sent && besideTheOther(sent, starts[sent.prefix!] ?? {}, ['form']);
    const formOf = (prefix: string, start = starts[prefix]) =>
      form?.prefix === prefix ? form : { ...newForm(start), prefix };
    return {
      followUp,
      version: versionToSend(form, etagOf(id, followUp.changedAt)),
      can,
      mayAssign,
      mayTakeBack: recorded !== null && mayTakeBackOutcome(ctx.actor, recorded),
      person: {
        ...contact,
        contactState: contact.state,
        contactChoice: contact.choice,
        languageName: languageName(contact.language),
      },
      points: contact.points.map((point) => ({ ...point, times: (point.hours ?? []).map(times) })),
      form,
      whyNoConfidence: budget && whyNotAsk(budget, { asked: 'confidence', way: 'call', day: askedOn }),
      whyNoQuestions: budget && whyNotAsk(budget, { asked: 'questions', way: 'call', day }),
      toAsk: toAsk.filter(({ whyNot, isRecordedHere }) => !whyNot || isRecordedHere),
      again,
      againForm: formOf('again'),
      outcomeForm: formOf('outcome', { happenedOn: askedOn }),
      moveForm: formOf('move', { dueOn: free.dueOn, startsAt: free.startsAt }),
      wayForm: formOf('way', { ...stands, way: usable ?? way }),
      assignForm: formOf('assign'),
      ways: ways.map((value) => ({ value, text: wayWords[value] })),
      wayWords,
      whys: whyChoices,
      clashWords,
      trustedTopicWords,
      topics: choices(topicWords),
      obstacles: choices(obstacleWords),
      topicWords,
      given: followUp.given.map((one) => ({ ...one, line: handoutLine(one) })),
      obstacleWords,
      frequencies,
      supporters: [
        { value: 'none', text: 'Nobody yet' },
        ...supporters.map((one) => ({ value: one.id, text: one.name })),
      ],
      concerns,
      timeline: timelineLines(events.items, id, ctx.actor),
    };
  }
}

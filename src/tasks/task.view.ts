import type { FastifyReply } from 'fastify';
import { may } from '../access/permissions.ts';
import { getFound } from '../lending/found/found.queries.ts';
import { openLoansOf } from '../lending/loans/loan.queries.ts';
import { newsFor } from '../messages/announcement.queries.ts';
import { getInbound } from '../messages/inbound.queries.ts';
import { getShownPatient } from '../people/doubt.queries.ts';
import { referringClinics } from '../scheme/organisations/duty-contact.queries.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { timelineOf } from '../shared/event.queries.ts';
import { saidAtFollowUp } from '../support/concern.queries.ts';
import { listFollowUps } from '../support/follow-up.queries.ts';
import { type Form, newForm } from '../web/forms.ts';
import { timelineLines } from '../web/timeline.view.ts';
import { mayClose, whoDoes } from './closing.commands.ts';
import { getTask, taskAfter } from './task.queries.ts';
import { closesTogether, placeOf, ruleOf, type TaskKind, taskKinds } from './task.rules.ts';
import type { Task } from './task.schemas.ts';

/** A task as lists show it to someone: where it is done, how it closes, and who may. */
export function shownTask(task: Task, actor: Actor) {
  const { closesWhen, bySpeaking } = ruleOf(task.kind);
  return {
    ...task,
    href: placeOf(task),
    closesWhen,
    bySpeaking,
    mayClose: mayClose(actor, task.kind),
    whoDoes: whoDoes(task.kind),
    together: closesTogether(task) && mayClose(actor, task.kind),
  };
}

/**
 * A task's own page: what it asks and of whom, what was said, whom to speak to, and how it closes.
 * @param sent the form that was refused, if any
 */
export async function taskView(deps: Deps, ctx: Context, id: string, sent?: Form) {
  const task = await getTask(deps.db, id);
  const { type, id: subjectId } = task.subject;
  const [text, said, found] = await Promise.all([
    type === 'inbound_message' ? getInbound(deps.db, subjectId) : undefined,
    type === 'follow_up' ? saidAtFollowUp(deps.db, subjectId) : undefined,
    type === 'found_message' ? getFound(deps.db, subjectId) : undefined,
  ]);
  // A number that several share is answered for all of them.
  const others = (text?.patients ?? []).filter(({ id }) => id !== task.patient?.id);
  const [person, events, news] = await Promise.all([
    task.patient && personView(deps, ctx, task.patient.id, said?.referralId ?? null),
    timelineOf(deps.db, id, { limit: 50 }),
    task.kind === 'tell_news' && task.patient ? newsFor(deps.db, task.patient.id, task.createdAt) : [],
  ]);
  const shown = shownTask(task, ctx.actor);
  return {
    task: { ...shown, closing: task.closing },
    elsewhere: shown.href !== `/tasks/${id}` && { href: shown.href, text: taskKinds[task.kind].what },
    said,
    text,
    found,
    news,
    others,
    person,
    toClinic: shown.bySpeaking || (task.urgent && text !== undefined),
    form: sent ?? newForm({ spokeOn: today(deps.clock) }),
    timeline: timelineLines(events.items, id, ctx.actor),
  };
}

/** The link to the next task that someone may do, of the list as this browser last saw it; none after the last. */
export async function nextLink(deps: Deps, { actor }: Context, id: string, reply: FastifyReply) {
  const seen = reply.lastSeen('/tasks');
  const kinds = (Object.keys(taskKinds) as TaskKind[]).filter((kind) => mayClose(actor, kind));
  const urgent = seen.get('urgent');
  const next = await taskAfter(
    deps.db,
    id,
    {
      kind: kinds.find((kind) => kind === seen.get('kind')),
      urgent: urgent ? urgent === 'true' : undefined,
      order: seen.get('order') === 'newest' ? 'newest' : undefined,
    },
    kinds,
  );
  return next && { href: `/tasks/${next.id}`, text: `Next: ${next.what} (${next.left} left)` };
}

/** Who it is about: how to reach them, what they have, and whom to speak to at their clinic. */
async function personView(deps: Deps, ctx: Context, patientId: string, referralId: string | null) {
  const [patient, clinics, loans, followUps] = await Promise.all([
    getShownPatient(deps.db, patientId, today(deps.clock)),
    referringClinics(deps.db, patientId, referralId),
    may(ctx.actor, 'loans.read') ? openLoansOf(deps.db, patientId) : [],
    listFollowUps(deps.db, ctx.actor, { patientId, status: 'ahead', limit: 3 }, today(deps.clock)),
  ]);
  return {
    patient,
    clinics,
    loans,
    followUps: followUps.items,
  };
}

import { openingFrom } from '../people/contact-window.rules.ts';
import { pointJson, withDoubts } from '../people/doubt.queries.ts';
import { ContactPoint, ContactWishes, chooseContact, mayContact, wordings } from '../people/reach.rules.ts';
import { trustedPointJson } from '../people/trusted.queries.ts';
import { daysOff } from '../scheme/calendar/calendar.queries.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { Problem, toProblem } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { reachOf } from './deliverability.ts';
import { draftsOf } from './draft.queries.ts';
import { isRetriedTogether, type MessageStatus, messageStatuses } from './message.rules.ts';
import type { MessageRetried } from './message.schemas.ts';
import { isRetriable } from './message.states.ts';
import { whyNotSent } from './not-sent.rules.ts';

/**
 * Has a held, failed or unknown message tried again, by the first way that is safe now.
 * @param may from which statuses, when not from all that can be
 * @throws Problem `not-found`, `message-not-retriable` with what stands in the way
 */
export async function retryMessage(
  deps: Deps,
  ctx: Context,
  id: string,
  may: (status: MessageStatus) => boolean = isRetriable.of,
): Promise<MessageRetried> {
  return command<MessageRetried>(deps, ctx, async (work) => {
    const locked = await lockMessage(work.trx, id);
    const message = { ...locked, points: await withDoubts(work.trx, locked.points, work.today) };
    const refuse = (detail: string) =>
      new Problem('message-not-retriable', { detail, messageStatus: message.status });
    if (!isRetriable.of(message.status))
      throw refuse(
        `The message is ${message.status}. Only one that is held, failed or unknown can be tried again.`,
      );
    if (!may(message.status)) throw refuse('It may have gone. Decide about it on its own page.');
    const date = work.today;
    const now = work.at;
    if (!mayContact(message.wishes, date)) throw refuse('This person is not to be written to now.');
    const draft = (await draftsOf(deps, work.trx, [id]))[0]!;
    const left = draft.reasons.filter(
      ({ status, stands, uselessAfter }) => status !== 'cancelled' && stands && uselessAfter > now,
    );
    if (!left.length) throw refuse('Nothing is left to say: it was cancelled, moved or is over.');
    const toTrusted = left.every(({ through }) => through);
    const chosen = chooseContact(
      toTrusted && message.trusted ? [message.trusted] : message.points,
      reachOf(deps, toTrusted ? { wording: 'discreet', needs: [] } : message),
    );
    if (!chosen.point)
      throw refuse(
        chosen.why === 'no_safe_contact'
          ? 'There is no contact point that is safe and can be used. Record one first.'
          : `${whyNotSent[chosen.why].words}.`,
      );
    const { point } = chosen;
    const opening = openingFrom(now, point.hours, await daysOff(work.trx, date));
    if (!opening || !left.some(({ uselessAfter }) => uselessAfter > opening))
      throw refuse('The person’s hours begin only when it would be too late.');
    const status = opening === now ? 'queued' : 'planned';
    await run(work.trx, 'message.retry')`
      with again as (
        update reminder set status = 'standing' where message_id = ${id} and status = 'said' and id = any(${left.map((reason) => reason.id)}::uuid[])
      )
      update message set status = ${status}, why = null, channel = ${point.channel}, contact_point_id = ${toTrusted ? null : point.id}, to_trusted = ${toTrusted}, trusted_number = null, send_after = ${opening},
        subject = null, body = null, template_ids = '{}', provider = null, provider_id = null, changed_at = ${now}
      where id = ${id}`;
    await recordEvent(work, {
      type: 'message.retried',
      subjects: [
        ['message', id],
        ['patient', message.patientId],
      ],
      values: { from: message.status, to: status, channel: point.channel },
    });
    await completeTasksAbout(work, ['message_unknown'], [id]);
    return { id, status, sendAfter: opening };
  }).catch((error: unknown) => {
    if ((error as { constraint?: string }).constraint !== 'message_one_per_patient_run_channel') throw error;
    throw new Problem('message-not-retriable', {
      detail: 'Another message to this person is about to go the same way. Try again when it has.',
    });
  });
}

/** How many messages go out again, and what stood in the way of the others: how many times each. */
export type MessagesRetried = { retried: number; refused: Map<string, number> };

/**
 * Has messages tried again, each by itself, so that what stands in the way of one keeps none of the others.
 * One that has become unknown meanwhile is among those that are refused.
 */
export async function retryMessages(deps: Deps, ctx: Context, ids: string[]): Promise<MessagesRetried> {
  const result: MessagesRetried = { retried: 0, refused: new Map() };
  for (const id of ids) {
    try {
      await retryMessage(deps, { ...ctx, once: undefined }, id, isRetriedTogether);
      result.retried++;
    } catch (error) {
      const { status, message } = toProblem(error);
      if (status >= 500) throw error;
      result.refused.set(message, (result.refused.get(message) ?? 0) + 1);
    }
  }
  return result;
}

const LockedMessage = {
  status: col.oneOf(messageStatuses),
  patientId: col.text,
  wishes: col.object(ContactWishes),
  wording: col.oneOf(wordings),
  needs: col.listOf(col.text),
  points: col.listOf(col.object(ContactPoint)),
  /** The number of whom they trust. */
  trusted: col.orNull(col.object(ContactPoint)),
};
type LockedMessage = RowOf<typeof LockedMessage>;

async function lockMessage(trx: Trx, id: string): Promise<LockedMessage> {
  const row = await maybe(trx, 'message.lock', LockedMessage)`
    select m.status, m.patient_id as "patientId", p.wording, p.communication_needs as needs,
      json_build_object('contactChoice', p.contact_choice, 'contactState', p.contact_state, 'pausedUntil', p.paused_until) as wishes,
      coalesce((select json_agg(${pointJson} order by c.position)
        from contact_point c where c.patient_id = p.id), '[]') as points, ${trustedPointJson} as trusted
    from message m join patient p on p.id = m.patient_id where m.id = ${id} for update of m`;
  if (!row) throw new Problem('not-found');
  return row;
}

import { messageChannels } from '../people/reach.rules.ts';
import { systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { type Work, workIn } from '../shared/work.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { isOnItsWay } from './message.states.ts';
import type { Why } from './not-sent.rules.ts';

const ctx = systemContext('delivery');
/** A way at which so many messages that say the same have failed is not tried again. */
const mostFailures = 2;

export type Failure = {
  why: Extract<Why, 'refused' | 'not_delivered'>;
  /** Whether the contact point is surely at fault; otherwise it gets one more try. */
  pointFails: boolean;
};
type Failed = { id: string; claim?: number };

/**
 * Messages that did not arrive have failed, and what they said stands again: it is gathered anew, to the
 * same way once more, or to the next that is safe when this one is at fault; without one a person has to
 * reach them (rule 16). Each `claim`, where given, must still be held.
 */
export async function failMessages(deps: Deps, messages: Failed[], failure: Failure): Promise<void> {
  if (messages.length) await command(deps, ctx, (work) => markFailed(work, messages, failure));
}

/** Marks messages as failed, with what follows as of `failMessages`. */
export async function markFailed(
  work: Work,
  messages: Failed[],
  { why, pointFails }: Failure,
): Promise<void> {
  const now = work.at;
  const rows = await many(work.trx, 'message.fail', {
    id: col.text,
    patientId: col.text,
    channel: col.oneOf(messageChannels),
  })`
    with x as (
      select * from jsonb_to_recordset(${JSON.stringify(messages)}) x (id uuid, claim int)
    ), failed as (
      update message m set status = 'failed', why = ${why}, changed_at = ${now} from x
      where m.id = x.id and (x.claim is null or m.claim = x.claim) and ${isOnItsWay('m')}
      returning m.id, m.patient_id, m.channel, m.contact_point_id, m.trusted_number
    ), again as (
      update reminder r set status = 'standing', message_id = null, failures = r.failures + 1
      from failed f where r.message_id = f.id and r.status = 'said' and r.useless_after > ${now}
      returning f.id as message_id, r.failures
    ), at_fault as (
      select * from failed f
      where ${pointFails}::boolean or exists (select from again a where a.message_id = f.id and a.failures >= ${mostFailures})
    ), point as (
      update contact_point c set failed_at = ${now} from at_fault f where c.id = f.contact_point_id and c.failed_at is null
    ), trusted as (
      update patient p set trusted_person = jsonb_build_object('failedAt', ${now}::text) || p.trusted_person
      from at_fault f where p.id = f.patient_id and p.trusted_person ->> 'phone' = f.trusted_number
    )
    select id, patient_id as "patientId", channel from failed`;
  await recordEvents(
    workIn(work.trx, work.deps, ctx),
    rows.map(({ id, patientId, channel }) => ({
      type: 'message.failed',
      subjects: [
        ['message', id],
        ['patient', patientId],
      ],
      values: { channel },
    })),
  );
  const returned = rows.filter(({ channel }) => channel === 'letter');
  await createTasks(
    workIn(work.trx, work.deps, ctx),
    returned.map(({ patientId }) => ({
      kind: 'letter_returned',
      subjectType: 'patient',
      subjectId: patientId,
      patientId,
    })),
  );
}

import { sql } from 'kysely';
import { wordings } from '../people/reach.rules.ts';
import { newId } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { linkBase } from './draft.queries.ts';
import { gatherBatch } from './gather.commands.ts';
import { goesThrough, messageKinds } from './kind.queries.ts';
import type { ReminderReason } from './message.rules.ts';
import { whyNotSent } from './not-sent.rules.ts';
import { contactable } from './reminder.queries.ts';

/** What is to be said at once: of what kind, about what and to whom, and for how many days it is worth saying. */
type ToSend = {
  reason: ReminderReason;
  subjectId: string;
  patientId: string;
  stage: string;
  daysUseful: number;
};

/**
 * Plans a message with an address in it and gathers it at once, so that what stands against it is known now: the reason,
 * as a sentence without its full stop; null where it goes. In the transaction of whoever asks, who refuses with it.
 */
export async function sendNow(
  work: Work,
  { reason, subjectId, patientId, stage, daysUseful }: ToSend,
): Promise<string | null> {
  await run(work.trx, 'message.send-now')`
    insert into reminder (id, patient_id, reason, subject_id, stage, for_date, useless_after, created_at)
    values (${newId()}, ${patientId}, ${reason}, ${subjectId}, ${stage}, ${work.today}, ${work.at}::timestamptz + ${daysUseful}::int * interval '1 day', ${work.at})`;
  await gatherBatch(work, work.today, sql`and r.subject_id = ${subjectId}`);
  const found = await one(work.trx, 'message.sending-now', {
    wording: col.oneOf(wordings),
    mayWrite: col.boolean,
    isHeld: col.boolean,
    toTrusted: col.boolean,
    why: col.orNull(col.keyOf(whyNotSent)),
  })`
    select case when x.through then 'discreet' else p.wording end as wording, ${contactable(work.today)} as "mayWrite", coalesce(m.status = 'held', false) as "isHeld",
      x.through as "toTrusted", m.why
    from reminder r join patient p on p.id = r.patient_id left join message m on m.id = r.message_id
      cross join lateral (select ${goesThrough(work.deps, sql`r`)} as through) x
    where r.reason = ${reason} and r.subject_id = ${subjectId} order by r.id desc limit 1`;
  if (!found.mayWrite) return 'They are not to be written to now';
  if (messageKinds[reason].toThemAlone && found.toTrusted) return 'Messages for them go to whom they trust';
  if (found.isHeld) return whyNotSent[found.why ?? 'no_safe_contact'].words;
  if (!linkBase(work.deps, found.wording))
    return 'There is no address that a message to them may name: LINK_URL is not set';
  return null;
}

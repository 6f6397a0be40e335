import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, recordEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { createTasks } from '../../tasks/task.commands.ts';
import { findPatientLink, type PatientLink } from '../link.queries.ts';
import { type AnswerKind, kindWords, mayAnswer, taskFor } from '../link.rules.ts';
import { isUrgent, meaningOf } from '../notify.rules.ts';

/**
 * Takes what someone says by the link in a message, each thing once however often it is sent: a confirmed
 * time is confirmed, messages to that one place stop, and all else is a task, since nobody knows who holds
 * the phone. What was lost is reported by a person who rang them, not by a link.
 * @throws Problem `not-found` for a link that ended
 */
export async function answerByPatientLink(
  deps: Deps,
  requestId: string,
  token: string,
  { kind, words }: { kind: AnswerKind; words?: string | undefined },
): Promise<void> {
  const ctx: Context = {
    actor: { type: 'system', id: null, name: 'The person, by their link', role: 'system' },
    requestId,
  };
  await command(deps, ctx, async (trx) => {
    const { patientId } = await findPatientLink(deps, trx, token);
    await sql`/* patient-link.lock */ select from patient where id = ${patientId} for no key update`.execute(
      trx,
    );
    const link = await findPatientLink(deps, trx, token);
    const at = timestamp(deps.clock);
    if (!mayAnswer(link, at).includes(kind)) return;
    const id = newId();
    const { rows } = await sql`/* patient-link.answer */
      insert into inbound_message (id, provider_id, message_id, body, meaning, patient_ids, received_at)
      values (${id}, ${`link ${link.messageId} ${kind}`}, ${link.messageId}, ${words || kindWords[kind]}, ${kind}, array[${link.patientId}::uuid], ${at})
      on conflict (provider_id) do nothing returning 1`.execute(trx);
    if (!rows.length) return;
    await recordEvent(trx, deps, ctx, {
      type: 'message.answered',
      subjects: [
        ['inbound_message', id],
        ['message', link.messageId],
        ['patient', link.patientId],
      ],
      values: { kind, way: 'link' },
      fields: words ? ['body'] : [],
    });
    if (kind === 'confirm') return confirm(trx, deps, ctx, link, at);
    if (kind === 'stop' && link.contactPointId)
      await sql`/* patient-link.stop */
        update contact_point set stopped_at = coalesce(stopped_at, ${at}) where id = ${link.contactPointId}`.execute(
        trx,
      );
    const task = taskFor[kind];
    await createTasks(trx, deps, ctx, [
      {
        kind: task.kind,
        subjectType: kind === 'stop' ? 'patient' : 'inbound_message',
        subjectId: kind === 'stop' ? link.patientId : id,
        patientId: link.patientId,
        urgent: task.urgent || (words !== undefined && isUrgent(meaningOf(words))),
      },
    ]);
  });
}

async function confirm(trx: Trx, deps: Deps, ctx: Context, link: PatientLink, at: string): Promise<void> {
  const ids = link.followUps.filter((one) => one.at > at && one.asTold).map(({ id }) => id);
  const { rows } = await sql<{ id: string }>`/* patient-link.confirm */
    update follow_up set status = 'confirmed', changed_at = ${at} where id = any(${ids}::uuid[]) and status = 'planned' returning id`.execute(
    trx,
  );
  await recordEvents(
    trx,
    deps,
    ctx,
    rows.map(({ id }) => ({
      type: 'follow_up.changed',
      subjects: [
        ['follow_up', id],
        ['patient', link.patientId],
      ],
      values: { from: 'planned', to: 'confirmed' },
    })),
  );
}

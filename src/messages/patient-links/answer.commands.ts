import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, recordEvents } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { col } from '../../shared/rows.ts';
import { many, maybe, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
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
  await command(deps, ctx, async (work) => {
    const { patientId } = await findPatientLink(deps, work.trx, token);
    await run(
      work.trx,
      'patient-link.lock',
      work.trx.selectFrom('patient').where('id', '=', patientId).forNoKeyUpdate(),
    );
    const link = await findPatientLink(deps, work.trx, token);
    const { at } = work;
    if (!mayAnswer(link, at).includes(kind)) return;
    const id = newId();
    const found = await maybe(work.trx, 'patient-link.answer', {})`
      insert into inbound_message (id, provider_id, message_id, body, meaning, patient_ids, received_at)
      values (${id}, ${`link ${link.messageId} ${kind}`}, ${link.messageId}, ${words || kindWords[kind]}, ${kind}, array[${link.patientId}::uuid], ${at})
      on conflict (provider_id) do nothing returning 1`;
    if (!found) return;
    await recordEvent(work, {
      type: 'message.answered',
      subjects: [
        ['inbound_message', id],
        ['message', link.messageId],
        ['patient', link.patientId],
      ],
      values: { kind, way: 'link' },
      fields: words ? ['body'] : [],
    });
    if (kind === 'confirm') return confirm(work, link, at);
    if (kind === 'stop' && link.contactPointId)
      await run(work.trx, 'patient-link.stop')`
        update contact_point set stopped_at = coalesce(stopped_at, ${at}) where id = ${link.contactPointId}`;
    const task = taskFor[kind];
    await createTasks(work, [
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

async function confirm(work: Work, link: PatientLink, at: string): Promise<void> {
  const ids = link.followUps.filter((one) => one.at > at && one.asTold).map(({ id }) => id);
  const rows = await many(work.trx, 'patient-link.confirm', { id: col.text })`
    update follow_up set status = 'confirmed', changed_at = ${at} where id = any(${ids}::uuid[]) and status = 'planned' returning id`;
  await recordEvents(
    work,
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

import { sql } from 'kysely';
import { systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { col } from '../shared/rows.ts';
import { many } from '../shared/statements.ts';
import { createTasks } from '../tasks/task.commands.ts';
import { tellOfChange } from './correction.commands.ts';
import { messageKinds, ofKind, subjectJoins } from './kind.queries.ts';
import { reminderReasons } from './message.rules.ts';

const batchSize = 1_000;

/** What was not said in time is never said, and a message that was held for it is over with it. Of a correction staff get a task. */
export async function cancelUseless(deps: Deps): Promise<void> {
  const ctx = systemContext('gather');
  const now = timestamp(deps.clock);
  await command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'reminder.useless', {
      reason: col.oneOf(reminderReasons),
      subjectId: col.text,
      patientId: col.text,
    })`
      with useless as (
        update reminder r set status = 'cancelled'
        where r.status = 'standing' and r.useless_after <= ${now}
          and (r.message_id is null or exists (select from message m where m.id = r.message_id and m.status = 'held'))
        returning r.reason, r.subject_id, r.patient_id
      )
      select distinct u.reason, u.subject_id as "subjectId", u.patient_id as "patientId" from useless u join patient p on p.id = u.patient_id
        ${subjectJoins(sql`u`)}
      where ${ofKind(sql`u`, ({ staffTell }) => staffTell)} and p.contact_state not in ('withdrawn', 'deceased')`;
    await createTasks(
      work,
      rows.map(({ reason, subjectId, patientId }) =>
        tellOfChange(subjectId, patientId, messageKinds[reason].subject),
      ),
    );
  });
  for (let cancelled = batchSize; cancelled === batchSize; ) {
    cancelled = await command(deps, ctx, async (work) => {
      const rows = await many(work.trx, 'message.over', { id: col.text, patientId: col.text })`
        update message m set status = 'cancelled', why = 'nothing_left', changed_at = ${now}
        where m.id in (select h.id from message h where h.status = 'held'
            and not exists (select from reminder r where r.message_id = h.id and r.status = 'standing') order by h.id limit ${batchSize})
          and m.status = 'held' and not exists (select from reminder r where r.message_id = m.id and r.status = 'standing')
        returning m.id, m.patient_id as "patientId"`;
      await recordEvents(
        work,
        rows.map(({ id, patientId }) => ({
          type: 'message.cancelled',
          subjects: [
            ['message', id],
            ['patient', patientId],
          ],
          values: { status: 'cancelled' },
        })),
      );
      return rows.length;
    });
  }
}

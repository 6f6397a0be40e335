import { sql } from 'kysely';
import type { MessageChannel } from '../people/reach.rules.ts';
import { systemContext } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { uuid } from '../shared/validation.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import type { Found } from './channels.ts';
import { failIn } from './failure.commands.ts';

const ctx = systemContext('receipt');

export type Finding = Found & { reference: string };

/**
 * Writes down what a provider says became of messages, in any order and any number of times: delivered is
 * final; a failure has the message said again. What is about another message than the one that is on its
 * way now, or about none of ours, changes nothing.
 * @returns how many it changed
 */
export async function recordFindings(deps: Deps, findings: Finding[]): Promise<number> {
  const told = findings.filter(({ state, reference }) => state !== 'accepted' && uuid.test(reference));
  if (!told.length) return 0;
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{
      id: string;
      patientId: string;
      channel: MessageChannel;
      state: Found['state'];
    }>`/* receipt.lock */
      select m.id, m.patient_id as "patientId", m.channel, x.state
      from jsonb_to_recordset(${JSON.stringify(told)}) x (reference uuid, "providerId" text, state text)
        join message m on m.id = x.reference
      where m.status in ('sending', 'sent', 'unknown') and (m.provider_id is null or m.provider_id = x."providerId")
      order by m.id for update of m`.execute(trx);
    const of = (state: Found['state']) => rows.filter((row) => row.state === state);
    const delivered = of('delivered');
    await sql`/* receipt.delivered */
      update message set status = 'delivered', sent_at = coalesce(sent_at, ${timestamp(deps.clock)}), why = null, changed_at = ${timestamp(deps.clock)}
      where id = any(${delivered.map(({ id }) => id)}::uuid[])`.execute(trx);
    await recordEvents(
      trx,
      deps,
      ctx,
      delivered.map(({ id, patientId, channel }) => ({
        type: 'message.delivered',
        subjects: [
          ['message', id],
          ['patient', patientId],
        ],
        values: { channel },
      })),
    );
    await completeTasksAbout(
      trx,
      deps,
      ctx,
      ['message_unknown'],
      rows.map(({ id }) => id),
    );
    const failed = of('permanent_failure');
    if (failed.length) await failIn(trx, deps, failed, { why: 'not_delivered', pointFails: true });
    const again = of('temporary_failure');
    if (again.length) await failIn(trx, deps, again, { why: 'not_delivered', pointFails: false });
    return rows.length;
  });
}

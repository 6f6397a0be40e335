import { messageChannels } from '../people/reach.rules.ts';
import { systemContext } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { uuid } from '../shared/ids.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import { completeTasksAbout } from '../tasks/task.commands.ts';
import { Found } from './channels.ts';
import { markFailed } from './failure.commands.ts';
import { isOnItsWay } from './message.states.ts';

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
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'receipt.lock', {
      id: col.text,
      patientId: col.text,
      channel: col.oneOf(messageChannels),
      state: Found.state,
    })`
      select m.id, m.patient_id as "patientId", m.channel, x.state
      from jsonb_to_recordset(${JSON.stringify(told)}) x (reference uuid, "providerId" text, state text)
        join message m on m.id = x.reference
      where ${isOnItsWay('m')} and (m.provider_id is null or m.provider_id = x."providerId")
      order by m.id for update of m`;
    const of = (state: Found['state']) => rows.filter((row) => row.state === state);
    const delivered = of('delivered');
    await run(work.trx, 'receipt.delivered')`
      update message set status = 'delivered', sent_at = coalesce(sent_at, ${work.at}), why = null, changed_at = ${work.at}
      where id = any(${delivered.map(({ id }) => id)}::uuid[])`;
    await recordEvents(
      work,
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
      work,
      ['message_unknown'],
      rows.map(({ id }) => id),
    );
    const failed = of('permanent_failure');
    if (failed.length) await markFailed(work, failed, { why: 'not_delivered', pointFails: true });
    const again = of('temporary_failure');
    if (again.length) await markFailed(work, again, { why: 'not_delivered', pointFails: false });
    return rows.length;
  });
}

import { isUrgent, meaningOf } from '../../messages/notify.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { run } from '../../shared/statements.ts';
import { createTasks } from '../../tasks/task.commands.ts';
import { findCoded } from './found.queries.ts';
import { type FoundKind, taskFor } from './found.rules.ts';

/** `body` and `reach`: what a finder wrote, and how they may be reached. Whoever has it says a kind alone. */
type Said = { kind: FoundKind; body?: string | undefined; reach?: string | undefined };

/**
 * Takes what somebody says by the code on a label, as a task for staff. What a code says that leads nowhere, or
 * a finder who says nothing, goes nowhere, and whoever sent it is not told which.
 */
export async function sayByCode(deps: Deps, requestId: string, slug: string, said: Said): Promise<void> {
  const { kind, body = null, reach = null } = said;
  if (kind === 'found' && !body && !reach) return;
  const ctx: Context = {
    actor: { type: 'system', id: null, name: 'Somebody, by the code on a label', role: 'system' },
    requestId,
  };
  await command(deps, ctx, async (work) => {
    const coded = await findCoded(deps, work.trx, slug);
    if (!coded) return;
    const { deviceId, loanId, patientId } = coded;
    const id = newId();
    if (kind === 'found')
      await run(
        work.trx,
        'found.keep',
        work.trx.insertInto('found_message').values({
          id,
          device_id: deviceId,
          loan_id: loanId,
          body,
          reach,
          received_at: work.at,
        }),
      );
    await recordEvent(work, {
      type: 'device.said_by_code',
      subjects: [['device', deviceId], ...(patientId ? [['patient', patientId] as ['patient', string]] : [])],
      values: { kind },
      fields: [...(body ? ['body'] : []), ...(reach ? ['reach'] : [])],
    });
    await createTasks(work, [
      {
        kind: taskFor[kind],
        ...(kind === 'found'
          ? { subjectType: 'found_message', subjectId: id }
          : { subjectType: 'device', subjectId: deviceId }),
        patientId: patientId ?? undefined,
        urgent: body !== null && isUrgent(meaningOf(body)),
      },
    ]);
  });
}

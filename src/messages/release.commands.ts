import { sql } from 'kysely';
import { timestamp } from '../shared/clock.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';

/**
 * Lets what is held for a person be gathered again, since a way to reach them has changed: the held
 * messages are over, and what they were to say stands alone for the next gathering.
 */
export async function releaseHeld(trx: Trx, deps: Deps, patientId: string): Promise<void> {
  await sql`/* message.release-held */
    with m as (
      update message set status = 'cancelled', why = 'contact_changed', changed_at = ${timestamp(deps.clock)}
      where patient_id = ${patientId} and status = 'held' returning id
    )
    update reminder set message_id = null where message_id in (select id from m) and status = 'standing'`.execute(
    trx,
  );
}

import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { getOrganisation } from './organisation.queries.ts';
import { successionRefusal } from './organisation.rules.ts';
import type { NewSuccession, Organisation } from './organisation.schemas.ts';

/**
 * Notes that an organisation has been taken over, such as when trusts merge. Its referrals keep its name
 * and are the successor's to see and answer; its keys and form links go on to work, for the successor.
 * What it had taken over itself belongs to the successor too.
 * @throws Problem `not-found`, `conflict` with the reason
 */
export async function succeedOrganisation(
  deps: Deps,
  ctx: Context,
  id: string,
  { successorId }: NewSuccession,
): Promise<Organisation> {
  return command(deps, ctx, async (trx) => {
    const { rows } = await sql<{ id: string; succeededBy: string | null }>`
      select id, succeeded_by as "succeededBy" from organisation
      where id in (${id}, ${successorId}) or succeeded_by = ${id} order by id for no key update`.execute(trx);
    const before = rows.find((row) => row.id === id);
    if (!before) throw new Problem('not-found');
    const refusal = successionRefusal(
      before,
      rows.find((row) => row.id === successorId),
    );
    if (refusal) throw new Problem('conflict', { detail: refusal });
    await sql`
      update organisation set succeeded_by = ${successorId}, succeeded_on = coalesce(succeeded_on, ${today(deps.clock)}::date), changed_at = ${timestamp(deps.clock)}
      where id = ${id} or succeeded_by = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'organisation.succeeded',
      subjects: [
        ['organisation', id],
        ['organisation', successorId],
      ],
    });
    return getOrganisation(trx, id);
  });
}

import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
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
  return command(deps, ctx, async (work) => {
    const rows = await many(work.trx, 'succession.succeed-organisation', {
      id: col.text,
      succeededBy: col.orNull(col.text),
    })`
      select id, succeeded_by as "succeededBy" from organisation
      where id in (${id}, ${successorId}) or succeeded_by = ${id} order by id for no key update`;
    const before = rows.find((row) => row.id === id);
    if (!before) throw new Problem('not-found');
    const refusal = successionRefusal(
      before,
      rows.find((row) => row.id === successorId),
    );
    if (refusal) throw new Problem('conflict', { detail: refusal });
    await run(work.trx, 'succession.write')`
      update organisation set succeeded_by = ${successorId}, succeeded_on = coalesce(succeeded_on, ${work.today}::date), changed_at = ${work.at}
      where id = ${id} or succeeded_by = ${id}`;
    await recordEvent(work, {
      type: 'organisation.succeeded',
      subjects: [
        ['organisation', id],
        ['organisation', successorId],
      ],
    });
    return getOrganisation(work.trx, id);
  });
}

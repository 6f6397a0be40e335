import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { invalid } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import { listViews } from './saved-view.queries.ts';
import type { NewView } from './saved-view.schemas.ts';

/** How many views of one list someone keeps: they stand in one line above it. */
export const mostViews = 8;

/**
 * Keeps a view of a list for whoever asks. One of theirs with the same name is what it says now. It is nobody
 * else's business, so that the log says nothing of it.
 * @throws Problem `invalid` where a list has 8 of theirs
 */
export async function keepView(deps: Deps, ctx: Context, { list, name, query }: NewView): Promise<void> {
  await command(deps, ctx, async ({ trx }) => {
    const staff_id = ctx.actor.id!;
    await run(
      trx,
      'saved-view.lock',
      trx.selectFrom('staff').select('id').where('id', '=', staff_id).forNoKeyUpdate(),
    );
    const views = await listViews(trx, staff_id, list);
    if (views.length >= mostViews && !views.some((view) => view.name === name))
      throw invalid({
        pointer: '/name',
        message: `You keep ${mostViews} views of this list. Forget one first, or give one of their names.`,
      });
    await run(
      trx,
      'saved-view.keep',
      trx
        .insertInto('saved_view')
        .values({ staff_id, list, name, query })
        .onConflict((conflict) => conflict.columns(['staff_id', 'list', 'name']).doUpdateSet({ query })),
    );
  });
}

/** Forgets a view of whoever asks; one that is gone stays gone. */
export async function forgetView(deps: Deps, ctx: Context, id: string): Promise<void> {
  await command(deps, ctx, async ({ trx }) => {
    await run(
      trx,
      'saved-view.forget',
      trx.deleteFrom('saved_view').where('id', '=', id).where('staff_id', '=', ctx.actor.id!),
    );
  });
}

import type { Context } from '../../shared/actor.ts';
import { today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { run } from '../../shared/statements.ts';
import { boughtNewTag, costTag, getBoughtNew, getCost } from './cost.queries.ts';
import { assertCost } from './cost.rules.ts';
import type { BoughtNew, BoughtNewChange, Cost, CostChange, NewCost } from './cost.schemas.ts';

/**
 * Writes down what the scheme spent on one thing in one half-year.
 * @throws Problem `invalid` for another period than a half-year, and for hours that are not of staff
 */
export async function addCost(deps: Deps, ctx: Context, input: NewCost): Promise<Cost> {
  return command(deps, ctx, async (work) => {
    assertCost(input, today(work.deps.clock));
    const { from, kind, pence, hours, note } = input;
    const id = newId();
    await run(
      work.trx,
      'cost.add',
      work.trx.insertInto('cost').values({
        id,
        starts_on: from,
        kind,
        pence,
        hours: hours ?? null,
        note: note?.trim() ?? null,
        changed_at: work.at,
      }),
    );
    await recordEvent(work, { type: 'cost.added', subjects: callerOf(ctx), values: { cost: kind, from } });
    return getCost(work.trx, id);
  });
}

/**
 * Changes a line, or takes it out when it was written down by mistake. Papers that were made before stay as they are.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid` as for a new one
 */
export async function changeCost(deps: Deps, ctx: Context, id: string, change: CostChange): Promise<Cost> {
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'cost.change', work.trx.selectFrom('cost').where('id', '=', id).forNoKeyUpdate());
    const before = await getCost(work.trx, id);
    requireMatch(ctx.ifMatch, costTag(before));
    const { from, kind, pence, hours, note, takenOut } = { ...before, ...change };
    // A line may be put right when its own half-year can no longer be chosen.
    assertCost({ from, kind, hours }, today(work.deps.clock), before.from);
    await run(
      work.trx,
      'cost.write',
    )`update cost set starts_on = ${from}, kind = ${kind}, pence = ${pence}, hours = ${hours}, note = ${note?.trim() ?? null}, changed_at = ${work.at},
        taken_out_at = case when ${takenOut}::boolean then coalesce(taken_out_at, ${work.at}::timestamptz) end
      where id = ${id}`;
    await recordEvent(work, {
      type: 'cost.changed',
      subjects: callerOf(ctx),
      values: { cost: kind, from, takenOut },
      fields: Object.keys(change),
    });
    return getCost(work.trx, id);
  });
}

/**
 * Says what a device of a kind would cost new; null for a kind takes back what was said.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changeBoughtNew(deps: Deps, ctx: Context, change: BoughtNewChange): Promise<BoughtNew> {
  return command(deps, ctx, async (work) => {
    await run(work.trx, 'bought-new.change', work.trx.selectFrom('bought_new').forNoKeyUpdate());
    const before = await getBoughtNew(work.trx);
    requireMatch(ctx.ifMatch, boughtNewTag(before));
    const { changedAt: _changedAt, ...prices } = { ...before, ...change };
    const pence = Object.fromEntries(Object.entries(prices).filter(([, price]) => price !== null));
    await run(
      work.trx,
      'bought-new.write',
    )`update bought_new set pence = ${JSON.stringify(pence)}::jsonb, changed_at = ${work.at}`;
    await recordEvent(work, {
      type: 'bought_new.changed',
      subjects: callerOf(ctx),
      fields: Object.keys(change),
    });
    return getBoughtNew(work.trx);
  });
}

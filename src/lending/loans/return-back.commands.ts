import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { TakingBack } from '../../shared/taking-back.ts';
import type { Work } from '../../shared/work.ts';
import { lockStock, moveStock } from '../../stock/accessories/stock.commands.ts';
import { lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { reopenItem } from './reopening.commands.ts';
import {
  accessoriesBackWith,
  type BackWith,
  getReturnTakenBack,
  getReturnToTakeBack,
} from './return-back.queries.ts';
import { assertReturnTakenBack } from './return-back.rules.ts';
import type { ReturnTakenBack } from './return-back.schemas.ts';

/**
 * Takes back the return of an item that did not come back, while nothing has followed from it: it is out again on its
 * loan as before, with the accessories that came back with it alone. What was written down of the return is kept and
 * counts nowhere. Taken back already is harmless.
 * @throws Problem `not-found`, `taking-back-refused` with what has happened since, `accessories-short` where those that
 * came back with it are not in stock any more
 */
export async function takeBackReturn(
  deps: Deps,
  ctx: Context,
  itemId: string,
  { reason }: TakingBack,
): Promise<ReturnTakenBack> {
  return command(deps, ctx, async (work) => {
    const { trx, at } = work;
    const before = await getReturnToTakeBack(trx, itemId, at);
    const {
      loans: [loan],
    } = await lockLoans(trx, [before.loanId], { itemIds: [itemId] });
    if (!loan) throw new Problem('not-found');
    // What decides is asked after the lock: a check or an issue may have come first.
    const now = await getReturnToTakeBack(trx, itemId, at);
    if (now.isTakenBack) return { ...(await getReturnTakenBack(trx, itemId)), warnings: [] };
    assertReturnTakenBack(now, { mayLate: may(ctx.actor, 'loans.take-back-late') });
    const { deviceId, assetTag } = now;
    const endedAt = now.endedAt!;
    const endedOn = now.endedOn!;
    const came = await accessoriesBackWith(trx, itemId);
    await keepReturn(work, itemId, reason);
    const warnings = await reopenItem(work, { ...now, endedAt }, 'return taken back');
    const out = came.filter(({ withAnother }) => !withAnother);
    await markOutAgain(trx, now.loanId, out);
    await recordEvent(work, {
      type: 'loan.return_taken_back',
      subjects: subjectsOfLoan(loan, [deviceId]),
      values: {
        status: 'open',
        assetTags: [assetTag],
        itemIds: [itemId],
        on: endedOn,
        ...(out.length && { accessory: accessoryWords(out) }),
      },
      fields: ['reason'],
    });
    await takeOutOfStock(work, now.loanId, out);
    return {
      ...(await getReturnTakenBack(trx, itemId)),
      warnings: [...warnings, ...staying(came.filter(({ withAnother }) => withAnother))],
    };
  });
}

/** Keeps what was written down of the return, with why it was a mistake. */
async function keepReturn({ trx, at, ctx }: Work, itemId: string, reason: string): Promise<void> {
  await run(trx, 'loan.keep-return')`
    insert into return_taken_back (id, loan_item_id, returned_at, returned_on, condition_in, return_notes, end_reason, end_words, reason, taken_back_at, taken_back_by)
    select ${newId()}::uuid, id, ended_at, ended_on, condition_in, return_notes, end_reason, end_words, ${reason}, ${at}::timestamptz, ${ctx.actor.name}
    from loan_item where id = ${itemId}`;
}

const staying = (accessories: BackWith[]): string[] =>
  accessories.length
    ? [
        `${accessoryWords(accessories).join(', ')}: came back with another device as well, and stays in stock.`,
      ]
    : [];

async function markOutAgain(trx: Trx, loanId: string, out: BackWith[]): Promise<void> {
  if (!out.length) return;
  await run(trx, 'loan.accessories-out-again')`
    update loan_accessory o set returned = o.returned - t.quantity
    from unnest(${out.map(({ id }) => id)}::uuid[], ${out.map(({ quantity }) => quantity)}::int[]) t (id, quantity)
    where o.loan_id = ${loanId} and o.accessory_id = t.id`;
}

/** Takes out of the stock what did not come back, by a movement against each; what was counted since is right as it is. */
async function takeOutOfStock(work: Work, loanId: string, out: BackWith[]): Promise<void> {
  if (!out.length) return;
  const stock = await lockStock(
    work.trx,
    out.map(({ id, locationId }) => ({ accessoryId: id, locationId })),
  );
  const short = out.flatMap(({ id, kind, quantity, locationId, place, countedSince }) => {
    const available =
      stock.find((row) => row.accessoryId === id && row.locationId === locationId)?.quantity ?? 0;
    return countedSince || available >= quantity
      ? []
      : [{ kind, wanted: quantity, available, locationId, place }];
  });
  const [first] = short;
  if (first)
    throw new Problem('accessories-short', {
      detail: `${first.kind}: ${first.wanted} would leave ${first.place}, which has ${first.available}. Count them first if that is wrong.`,
      accessories: short.map(({ place: _place, ...one }) => one),
    });
  await moveStock(
    work,
    out.map(({ movementId, id, quantity, locationId, countedSince }) => ({
      accessoryId: id,
      locationId,
      kind: 'taken_back',
      change: countedSince ? 0 : -quantity,
      quantity,
      takesBack: movementId,
      loanId,
    })),
  );
}

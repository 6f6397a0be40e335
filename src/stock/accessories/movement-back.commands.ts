import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { Problem } from '../../shared/problem.ts';
import { assertTakesBack, type TakingBack } from '../../shared/taking-back.ts';
import { getAccessory } from './accessory.queries.ts';
import type { MovementRecorded } from './accessory.schemas.ts';
import { getMovementLines, type MovementLine } from './movement-back.queries.ts';
import { takesBackMovement, whyMovementStays } from './movement-back.rules.ts';
import { lockStock, moveStock } from './stock.commands.ts';

/**
 * Takes back a movement that was recorded by mistake, by one against it in each place; of a move both lines. The log
 * keeps both. Taken back already is harmless. Rule 5: what a place does not have cannot leave it.
 * @throws Problem `not-found`; `not-allowed` to all but a manager on a later day; `taking-back-refused` for what is part
 * of a loan or was counted since; `accessories-short`
 */
export async function takeBackMovement(
  deps: Deps,
  ctx: Context,
  movementId: string,
  { reason }: TakingBack,
): Promise<MovementRecorded> {
  return command(deps, ctx, async (work) => {
    const { trx } = work;
    const asked = await getMovementLines(trx, movementId, work.today);
    const { accessoryId } = asked[0]!;
    const places = asked.flatMap(({ locationId }) => (locationId ? [{ accessoryId, locationId }] : []));
    const stock = places.length ? await lockStock(trx, places) : [];
    // Read again: whoever held the stock may have taken it back, or counted.
    const lines = await getMovementLines(trx, movementId, work.today);
    const own = lines.find(({ id }) => id === movementId)!;
    const done = async () => ({ change: -own.change, accessory: await getAccessory(trx, accessoryId) });
    if (own.takenBack) return done();
    const action = takesBackMovement[own.isToday ? 'its own day' : 'a later day'];
    if (!may(ctx.actor, action))
      throw new Problem('not-allowed', { detail: 'A manager takes back a movement of an earlier day.' });
    for (const line of lines) assertTakesBack(whyMovementStays(line));
    assertThere(lines, stock);
    await moveStock(
      work,
      lines.map(({ id, change, locationId }) => ({
        accessoryId,
        locationId,
        kind: 'taken_back',
        change: -change,
        takesBack: id,
        note: reason,
      })),
    );
    await recordEvent(work, {
      type: 'accessory.movement_taken_back',
      subjects: [
        ['accessory', accessoryId],
        ...places.map(({ locationId }): ['location', string] => ['location', locationId]),
      ],
      values: { kind: own.kind, accessory: own.accessory, quantity: Math.abs(own.change) },
      fields: ['note'],
    });
    return done();
  });
}

/** @throws Problem `accessories-short` where a place has fewer than would leave it */
function assertThere(lines: MovementLine[], stock: { locationId: string; quantity: number }[]): void {
  const short = lines.flatMap(({ accessory, change, locationId, place }) => {
    const available = stock.find((row) => row.locationId === locationId)?.quantity ?? 0;
    return locationId && available < change
      ? [{ kind: accessory, wanted: change, available, locationId, place }]
      : [];
  });
  const [first] = short;
  if (!first) return;
  throw new Problem('accessories-short', {
    detail: `${first.kind}: ${first.wanted} would leave ${first.place}, which has ${first.available}. Count them first if that is wrong.`,
    accessories: short.map(({ place: _place, ...one }) => one),
  });
}

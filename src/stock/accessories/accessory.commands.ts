import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, run } from '../../shared/statements.ts';
import { getAccessory } from './accessory.queries.ts';
import { changesOf, movementErrors } from './accessory.rules.ts';
import type {
  Accessory,
  AccessoryChange,
  MovementRecorded,
  NewAccessory,
  NewMovement,
} from './accessory.schemas.ts';
import { lockStock, moveStock } from './stock.commands.ts';

/**
 * Adds a kind of accessory, with none in stock.
 * @throws Problem `name-in-use`
 */
export async function addAccessory(deps: Deps, ctx: Context, input: NewAccessory): Promise<Accessory> {
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { at } = work;
    const kind = input.kind.trim();
    await run(
      work.trx,
      'accessory.add',
      work.trx
        .insertInto('accessory')
        .values({ id, kind, low_stock_level: input.lowStockLevel ?? 0, created_at: at, changed_at: at }),
    );
    await recordEvent(work, {
      type: 'accessory.added',
      subjects: [['accessory', id]],
      values: { accessory: kind },
    });
    return getAccessory(work.trx, id);
  });
}

/**
 * Renames a kind of accessory, sets its low-stock level, retires it or takes it back into use.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `name-in-use`
 */
export async function changeAccessory(
  deps: Deps,
  ctx: Context,
  id: string,
  change: AccessoryChange,
): Promise<Accessory> {
  return command(deps, ctx, async (work) => {
    const before = await lockAccessory(work.trx, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const { at } = work;
    const retiredAt = change.retired ? (before.retiredAt ?? at) : null;
    await run(
      work.trx,
      'accessory.change',
      work.trx
        .updateTable('accessory')
        .set({
          kind: change.kind?.trim() ?? before.kind,
          low_stock_level: change.lowStockLevel ?? before.lowStockLevel,
          retired_at: change.retired === undefined ? before.retiredAt : retiredAt,
          changed_at: at,
        })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: 'accessory.changed',
      subjects: [['accessory', id]],
      values: { accessory: change.kind?.trim() ?? before.kind },
      fields: Object.keys(change),
    });
    return getAccessory(work.trx, id);
  });
}

async function lockAccessory(trx: Trx, id: string) {
  const row = await maybe(
    trx,
    'accessory.lock',
    trx
      .selectFrom('accessory')
      .select([
        'kind',
        'low_stock_level as lowStockLevel',
        'retired_at as retiredAt',
        'changed_at as changedAt',
      ])
      .where('id', '=', id)
      .forNoKeyUpdate(),
  );
  if (!row) throw new Problem('not-found');
  return row;
}

/**
 * Records what came in, was counted, lost, damaged or moved to another place. A count sets the
 * quantity and logs the difference. Rule 5: what a place does not have cannot leave it.
 * @throws Problem `not-found`, `invalid`, `accessories-short` with what there is
 */
export async function recordMovement(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewMovement,
): Promise<MovementRecorded> {
  const faults = movementErrors(input);
  if (faults.length) throw new Problem('invalid', { errors: faults });
  const { kind, quantity, locationId, toLocationId, note } = input;
  return command(deps, ctx, async (work) => {
    const { accessory, places } = await findPlaces(work.trx, id, input);
    const stock = await lockStock(
      work.trx,
      [...places.keys()].map((place) => ({ accessoryId: id, locationId: place })),
    );
    const there = stock.find((row) => row.locationId === locationId)!.quantity;
    const changes = changesOf(input, there);
    const [{ change }] = changes as [(typeof changes)[number]];
    if (there + change < 0)
      throw new Problem('accessories-short', {
        detail: `${accessory}: ${quantity} wanted, ${there} at ${places.get(locationId)}. Count them first if that is wrong.`,
        accessories: [{ kind: accessory, wanted: quantity, available: there, locationId }],
      });
    await moveStock(
      work,
      changes.map((line) => ({ ...line, accessoryId: id, note })),
    );
    await recordEvent(work, {
      type: 'accessory.moved',
      subjects: [
        ['accessory', id],
        ['location', locationId],
        ...(toLocationId ? [['location', toLocationId] as ['location', string]] : []),
      ],
      values: { kind, accessory, quantity },
      fields: note ? ['note'] : [],
    });
    return { change, accessory: await getAccessory(work.trx, id) };
  });
}

/** The names of the accessory and of the places of a movement. */
async function findPlaces(trx: Trx, id: string, { locationId, toLocationId }: NewMovement) {
  const named = { locationId, ...(toLocationId && { toLocationId }) };
  const row = await maybe(trx, 'accessory.find-places', {
    kind: col.text,
    places: col.listOf(col.object({ id: col.text, name: col.text })),
  })`
    select a.kind, coalesce((select json_agg(json_build_object('id', l.id, 'name', l.name)) from location l
      where l.id = any(${Object.values(named)}::uuid[])), '[]') as places
    from accessory a where a.id = ${id} for key share of a`;
  if (!row) throw new Problem('not-found');
  const places = new Map(row.places.map((place) => [place.id, place.name]));
  const errors = Object.entries(named).flatMap(([name, place]) =>
    places.has(place) ? [] : [{ pointer: `/${name}`, message: 'There is no location of this id.' }],
  );
  if (errors.length) throw new Problem('invalid', { errors });
  return { accessory: row.kind, places };
}

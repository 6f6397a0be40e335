import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { getInstrument, instrumentTag } from './instrument.queries.ts';
import { type Item, itemFaults, sameItems, type Totalling } from './instrument.rules.ts';
import type { InstrumentChange, InstrumentVersions, NewInstrument } from './instrument.schemas.ts';

/**
 * Adds an instrument in its first version.
 * @throws Problem `invalid`, `name-in-use`
 */
export async function addInstrument(
  deps: Deps,
  ctx: Context,
  input: NewInstrument,
): Promise<InstrumentVersions> {
  const totalling = held({ ...input, mayMiss: input.mayMiss ?? 0, items: input.items.map(itemOf) });
  return command(deps, ctx, async (work) => {
    const id = newId();
    await run(
      work.trx,
      'instrument.add',
      work.trx.insertInto('instrument').values({
        id,
        name: input.name.trim(),
        direction: input.direction,
        licence_needed: input.licenceNeeded,
        licence_held: input.licenceHeld ?? false,
        licence_holder: input.licenceHolder ?? null,
        licence_note: input.licenceNote ?? null,
        baseline: input.baseline ?? null,
        repeat_weeks: inOrder(input.repeatWeeks ?? []),
        changed_at: work.at,
      }),
    );
    await writeVersion(work, id, 1, totalling);
    await recordEvent(work, {
      type: 'instrument.added',
      subjects: [['instrument', id]],
      values: { instrument: input.name.trim(), lines: totalling.items.length },
    });
    return getInstrument(work.trx, id);
  });
}

/**
 * Changes an instrument. Other items, or another way to total them, are the next version, which is asked from then on:
 * what was asked keeps the items that were asked.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `name-in-use`
 */
export async function changeInstrument(
  deps: Deps,
  ctx: Context,
  id: string,
  change: InstrumentChange,
): Promise<InstrumentVersions> {
  return command(deps, ctx, async (work) => {
    await run(
      work.trx,
      'instrument.lock',
      work.trx.selectFrom('instrument').where('id', '=', id).forNoKeyUpdate(),
    );
    const before = await getInstrument(work.trx, id);
    requireMatch(ctx.ifMatch, instrumentTag(before));
    const { items, ...rest } = change;
    const after = { ...before, ...rest, ...(items && { items: items.map(itemOf) }) };
    const totalling = held(after);
    const isNew = !sameItems(before, totalling);
    const { at } = work;
    await run(work.trx, 'instrument.change')`
      update instrument set name = ${after.name.trim()}, direction = ${after.direction}, licence_needed = ${after.licenceNeeded},
        licence_held = ${after.licenceHeld}, licence_holder = ${after.licenceHolder}, licence_note = ${after.licenceNote}, baseline = ${after.baseline},
        repeat_weeks = ${inOrder(after.repeatWeeks)}::int[], retired_at = case when ${after.retired}::boolean then coalesce(retired_at, ${at}::timestamptz) end,
        changed_at = ${at}
      where id = ${id}`;
    if (isNew) await writeVersion(work, id, before.version + 1, totalling);
    await recordEvent(work, {
      type: 'instrument.changed',
      subjects: [['instrument', id]],
      values: {
        instrument: after.name.trim(),
        ...(isNew && { instrumentVersion: before.version + 1, lines: totalling.items.length }),
        ...(after.retired === before.retired ? {} : { status: after.retired ? 'retired' : 'open' }),
      },
      fields: Object.keys(change),
    });
    return getInstrument(work.trx, id);
  });
}

const itemOf = ({
  wording,
  lowest,
  highest,
  labels = [],
  reversed = false,
}: NewInstrument['items'][number]): Item => ({
  wording: wording.trim(),
  lowest,
  highest,
  labels: labels.map((label) => label.trim()),
  reversed,
});

/** @throws Problem `invalid` */
function held({ total, mayMiss, items }: Totalling): Totalling {
  const errors = itemFaults({ total, mayMiss, items });
  if (errors.length) throw new Problem('invalid', { errors });
  return { total, mayMiss, items };
}

const inOrder = (weeks: number[]) => weeks.toSorted((one, other) => one - other);

async function writeVersion(
  work: Work,
  instrumentId: string,
  version: number,
  { total, mayMiss, items }: Totalling,
): Promise<void> {
  await run(work.trx, 'instrument.write-version')`
    insert into instrument_version (id, instrument_id, version, total, may_miss, items, created_at, created_by)
    values (${newId()}, ${instrumentId}, ${version}, ${total}, ${mayMiss}, ${JSON.stringify(items)}::jsonb, ${work.at}, ${work.ctx.actor.name})`;
}

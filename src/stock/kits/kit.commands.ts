import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, maybe, run } from '../../shared/statements.ts';
import { assertPlan } from '../../support/plan.queries.ts';
import { getKit } from './kit.queries.ts';
import type { Kit, KitChange, NewKit } from './kit.schemas.ts';

/**
 * Adds a kit.
 * @throws Problem `invalid` for a line that is neither a device nor an accessory we have, `name-in-use`
 */
export async function addKit(deps: Deps, ctx: Context, input: NewKit): Promise<Kit> {
  return command(deps, ctx, async (work) => {
    const id = newId();
    const { at } = work;
    const name = input.name.trim();
    const { supportPlanId = null } = input;
    await assertPlan(work.trx, supportPlanId);
    await run(
      work.trx,
      'kit.add',
      work.trx
        .insertInto('kit')
        .values({ id, name, support_plan_id: supportPlanId, created_at: at, changed_at: at }),
    );
    await writeLines(work.trx, id, input.lines);
    await recordEvent(work, {
      type: 'kit.added',
      subjects: [['kit', id]],
      values: { kit: name, lines: input.lines.length },
    });
    return getKit(work.trx, id);
  });
}

/**
 * Renames a kit, gives it other lines, retires it or takes it back into use. Loans that were issued
 * with it keep what they say.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, `name-in-use`
 */
export async function changeKit(deps: Deps, ctx: Context, id: string, change: KitChange): Promise<Kit> {
  return command(deps, ctx, async (work) => {
    const before = await maybe(
      work.trx,
      'kit.lock',
      work.trx
        .selectFrom('kit')
        .select([
          'name',
          'support_plan_id as supportPlanId',
          'retired_at as retiredAt',
          'changed_at as changedAt',
        ])
        .where('id', '=', id)
        .forNoKeyUpdate(),
    );
    if (!before) throw new Problem('not-found');
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    const { at } = work;
    const name = change.name?.trim() ?? before.name;
    if (change.supportPlanId && change.supportPlanId !== before.supportPlanId)
      await assertPlan(work.trx, change.supportPlanId);
    const retiredAt = change.retired ? (before.retiredAt ?? at) : null;
    await run(
      work.trx,
      'kit.change',
      work.trx
        .updateTable('kit')
        .set({
          name,
          retired_at: change.retired === undefined ? before.retiredAt : retiredAt,
          support_plan_id: change.supportPlanId === undefined ? before.supportPlanId : change.supportPlanId,
          changed_at: at,
        })
        .where('id', '=', id),
    );
    if (change.lines) {
      await run(work.trx, 'kit.clear-lines', work.trx.deleteFrom('kit_line').where('kit_id', '=', id));
      await writeLines(work.trx, id, change.lines);
    }
    await recordEvent(work, {
      type: 'kit.changed',
      subjects: [['kit', id]],
      values: { kit: name, ...(change.lines && { lines: change.lines.length }) },
      fields: Object.keys(change),
    });
    return getKit(work.trx, id);
  });
}

/** Writes the lines of a kit that has none: one statement. Every fault is told, at its line. */
async function writeLines(trx: Trx, kitId: string, lines: NewKit['lines']): Promise<void> {
  const kinds = lines.map(({ accessory }) => accessory?.trim().toLowerCase() ?? null);
  const errors: FieldError[] = lines.flatMap(({ deviceKind, withData, accessory }, place) => {
    if (!deviceKind === !accessory)
      return [{ pointer: `/lines/${place}`, message: 'Give a kind of device or an accessory.' }];
    if (withData && !deviceKind)
      return [{ pointer: `/lines/${place}/withData`, message: 'Only a device comes with data.' }];
    return accessory && kinds.indexOf(kinds[place]!) < place
      ? [{ pointer: `/lines/${place}/accessory`, message: 'Name each accessory only once.' }]
      : [];
  });
  const rows = lines.map(({ deviceKind, withData, quantity }, place) => ({
    place,
    deviceKind,
    withData: withData ?? false,
    kind: kinds[place],
    quantity: quantity ?? 1,
  }));
  const made = errors.length
    ? []
    : await many(trx, 'kit.write-lines', { position: col.number })`
      insert into kit_line (kit_id, position, device_kind, with_data, accessory_id, quantity)
      select ${kitId}, t.place + 1, t."deviceKind", t."withData", a.id, t.quantity
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) t (place int, "deviceKind" text, "withData" boolean, kind text, quantity int)
      left join accessory a on lower(a.kind) = t.kind and a.retired_at is null
      where t.kind is null or a.id is not null
      returning position`;
  const written = new Set(made.map(({ position }) => position - 1));
  const unknown = errors.length ? [] : rows.filter(({ place }) => !written.has(place));
  errors.push(
    ...unknown.map(({ place }) => ({
      pointer: `/lines/${place}/accessory`,
      message: 'There is no accessory of this kind.',
    })),
  );
  if (errors.length) throw new Problem('invalid', { errors });
}

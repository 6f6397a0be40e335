import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { callerOf, type NewEvent, recordEvents } from '../../shared/events.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { createTasks } from '../../tasks/task.commands.ts';
import { getRequiredChecks, inOrder, type RequiredChecks } from './check.queries.ts';
import type { RequiredChecksChange, RequiredChecksChanged } from './check.schemas.ts';
import { checkKinds, deviceKinds, deviceStatuses } from './device.rules.ts';
import { isOnShelf } from './device.states.ts';
import { deviceMove } from './status.commands.ts';
import { openChecks } from './updates.queries.ts';

/** The ETag of the required checks: they have no version but what they say. */
export const etagOfChecks = (checks: RequiredChecks) => etagOf('required-checks', JSON.stringify(checks));

/**
 * Changes which checks kinds of devices need, and moves the devices with it in the same transaction:
 * a ready one without a valid pass of what is now required goes back to preparation, one in
 * preparation with nothing left to do becomes ready. A reserved one stays held, cannot go out, and
 * gets a task. The same few statements however many devices; one event for each that is concerned.
 * `ctx.ifMatch` is the ETag of the checks that the author saw.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function changeRequiredChecks(
  deps: Deps,
  ctx: Context,
  change: RequiredChecksChange,
): Promise<RequiredChecksChanged> {
  return command(deps, ctx, async (work) => {
    // Alone: whoever records a check shares this turn, and settles its device by the checks it then sees.
    await run(work.trx, 'required-check.turn')`
      select pg_advisory_xact_lock(hashtextextended('required_check', 0))`;
    const before = await getRequiredChecks(work.trx);
    requireMatch(ctx.ifMatch, etagOfChecks(before));
    const after = { ...before };
    for (const kind of deviceKinds) after[kind] = inOrder(change.checks[kind] ?? before[kind]);
    const kinds = deviceKinds.filter((kind) => after[kind].join() !== before[kind].join());
    if (!kinds.length) return { checks: after, sentBack: 0, madeReady: 0, held: 0 };
    await replaceChecks(work.trx, before, after);
    const moved = await settleKinds(work, kinds);
    const held = moved.filter(({ to }) => to === 'reserved');
    await createTasks(
      work,
      held.map(({ id }) => ({ kind: 'check_ran_out', subjectType: 'device', subjectId: id })),
    );
    await recordEvents(work, [
      ...kinds.map(
        (kind): NewEvent => ({
          type: 'required_checks.changed',
          subjects: callerOf(ctx),
          values: { kind, from: before[kind], to: after[kind] },
        }),
      ),
      ...moved.map(
        ({ id, from, to, openChecks }): NewEvent => ({
          type: to === 'ready' ? 'device.check_dropped' : 'device.check_required',
          subjects: [['device', id]],
          values: { from, to, openChecks },
        }),
      ),
    ]);
    return {
      checks: after,
      sentBack: moved.filter(({ to }) => to === 'in_preparation').length,
      madeReady: moved.filter(({ to }) => to === 'ready').length,
      held: held.length,
    };
  });
}

async function replaceChecks(trx: Trx, before: RequiredChecks, after: RequiredChecks): Promise<void> {
  const onlyIn = (one: RequiredChecks, other: RequiredChecks) =>
    deviceKinds.flatMap((device) =>
      one[device]
        .filter((kind) => !other[device].includes(kind))
        .map((kind) => ({ device, kind, position: checkKinds.indexOf(kind) + 1 })),
    );
  await run(trx, 'required-check.replace')`
    with dropped as (
      delete from required_check r
      using jsonb_to_recordset(${JSON.stringify(onlyIn(before, after))}::jsonb) x (device text, kind text)
      where (r.device_kind, r.kind) = (x.device, x.kind)
    )
    insert into required_check (device_kind, kind, position)
    select device, kind, position
    from jsonb_to_recordset(${JSON.stringify(onlyIn(after, before))}::jsonb) x (device text, kind text, position int)`;
}

const Moved = {
  id: col.text,
  from: col.oneOf(deviceStatuses),
  to: col.oneOf(deviceStatuses),
  openChecks: col.listOf(col.oneOf(checkKinds)),
};
type Moved = RowOf<typeof Moved>;

/** Moves the devices of these kinds whose checks no longer fit their status. */
async function settleKinds({ trx, at, today }: Work, kinds: string[]): Promise<Moved[]> {
  return many(trx, 'required-check.settle', Moved)`
    with c as materialized (
      select d.id, d.status, o.open, case d.status when 'ready' then 'in_preparation' when 'in_preparation' then 'ready' else d.status end as "to"
      from device d cross join lateral (select ${openChecks('d', today)} as open offset 0) o
      where d.kind = any(${kinds}::text[]) and ${isOnShelf('d')}
        and (cardinality(o.open) = 0) = (d.status = 'in_preparation')
      order by d.id for no key update of d
    ), m as (
      ${deviceMove(['the last required check passing', 'a check failed, run out or newly required'], {
        from: sql`c`,
        which: sql`d.id = c.id`,
        to: sql`c."to"`,
        at,
      })} returning d.id, d.status
    )
    select c.id, c.status as "from", coalesce(m.status, c.status) as "to", c.open as "openChecks"
    from c left join m on m.id = c.id order by c.id`;
}

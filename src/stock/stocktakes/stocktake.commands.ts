import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { type NewEvent, recordEvent, recordEvents } from '../../shared/events.ts';
import { newId, stocktakeReference } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { isOnShelf } from '../devices/device.states.ts';
import { countLines } from './stocktake.queries.ts';
import type { NewStocktake, StocktakeClosed, StocktakeStarted } from './stocktake.schemas.ts';

/**
 * Starts counting at a location: expected is every device kept there in preparation, ready or reserved.
 * @throws Problem `invalid` for an unknown location, `stocktake-open` with the id of the one that is open there
 */
export async function startStocktake(
  deps: Deps,
  ctx: Context,
  { locationId }: NewStocktake,
): Promise<StocktakeStarted> {
  return command(deps, ctx, async (work) => {
    const known = await maybe(work.trx, 'stocktake.place', { number: col.number })`
      select nextval('code_number') as number from location where id = ${locationId}`;
    if (!known) throw invalid({ pointer: '/locationId', message: 'There is no location of this id.' });
    const id = newId();
    const reference = stocktakeReference(known.number);
    const made = await maybe(work.trx, 'stocktake.start', {})`
      insert into stocktake (id, reference, location_id, started_at, started_by)
      values (${id}, ${reference}, ${locationId}, ${work.at}, ${ctx.actor.name})
      on conflict (location_id) where closed_at is null do nothing returning id`;
    if (!made) throw await alreadyOpen(work.trx, locationId);
    const expected = await run(work.trx, 'stocktake.expect')`
      insert into stocktake_line (stocktake_id, device_id, verdict)
      select ${id}, id, 'expected' from device
      where location_id = ${locationId} and ${isOnShelf()} order by id`;
    await recordEvent(work, {
      type: 'stocktake.started',
      subjects: [
        ['stocktake', id],
        ['location', locationId],
      ],
      values: { reference, locationId, devices: expected },
    });
    return { id, reference, status: 'open', expected };
  });
}

async function alreadyOpen(trx: Trx, locationId: string): Promise<Problem> {
  const open = await maybe(
    trx,
    'stocktake.already-open',
    trx
      .selectFrom('stocktake')
      .select(['id', 'reference'])
      .where('location_id', '=', locationId)
      .where('closed_at', 'is', null),
  );
  return new Problem('stocktake-open', {
    detail: open ? `Go on with ${open.reference}, or close it first.` : 'It has just closed. Start again.',
    ...(open && { stocktakeId: open.id }),
  });
}

/**
 * Locks a stocktake that is open. Any number of scans share the lock; closing has it alone, so that
 * a scan is either counted by the closing or refused by it.
 * @throws Problem `not-found`, `stocktake-closed`
 */
export async function lockOpen(
  trx: Trx,
  id: string,
  shared: boolean,
): Promise<{ id: string; reference: string; locationId: string }> {
  const found = await maybe(trx, 'stocktake.lock', {
    reference: col.text,
    locationId: col.text,
    isOpen: col.boolean,
  })`
    select reference, location_id as "locationId", closed_at is null as "isOpen" from stocktake where id = ${id}
    ${shared ? sql`for share` : sql`for update`}`;
  if (!found) throw new Problem('not-found');
  const { reference, locationId, isOpen } = found;
  if (!isOpen)
    throw new Problem('stocktake-closed', {
      detail: `Start a new stocktake to go on; ${reference} is closed.`,
    });
  return { id, reference, locationId };
}

/**
 * Closes a stocktake. What was not scanned is missing when it is still kept here in stock; otherwise it
 * left meanwhile. Each missing device, and each unexpected one that still has no place here, gets a task;
 * tasks of earlier stocktakes about what was found now are done. The same few statements however many devices.
 * @throws Problem `not-found`, `stocktake-closed`
 */
export async function closeStocktake(deps: Deps, ctx: Context, id: string): Promise<StocktakeClosed> {
  return command(deps, ctx, async (work) => {
    const { reference, locationId } = await lockOpen(work.trx, id, false);
    const { missing, unexpected, settled } = await judgeLines(work.trx, id, locationId);
    await run(work.trx, 'stocktake.miss')`
      update device set missed_on = ${work.today}::date where id = any(${missing}::uuid[]) and ${isOnShelf()}`;
    const counts = await countLines(work.trx, id);
    const closedAt = work.at;
    await run(
      work.trx,
      'stocktake.close',
      work.trx
        .updateTable('stocktake')
        .set({
          closed_at: closedAt,
          closed_by: ctx.actor.name,
          found: counts.found,
          missing: counts.missing,
          left_meanwhile: counts.left,
          unexpected: counts.unexpected,
        })
        .where('id', '=', id),
    );
    await createTasks(work, [
      ...missing.map((device) => taskAbout('missing_at_stocktake', device)),
      ...unexpected.map((device) => taskAbout('unexpected_at_stocktake', device)),
    ]);
    await completeTasksAbout(work, ['missing_at_stocktake', 'unexpected_at_stocktake'], settled);
    await recordEvents(work, [
      ...missing.map(
        (device): NewEvent => ({
          type: 'stocktake.missed',
          subjects: [
            ['device', device],
            ['stocktake', id],
          ],
          values: { reference, locationId },
        }),
      ),
      {
        type: 'stocktake.closed',
        subjects: [
          ['stocktake', id],
          ['location', locationId],
        ],
        values: {
          reference,
          locationId,
          found: counts.found,
          missing: counts.missing,
          unexpected: counts.unexpected,
        },
      },
    ]);
    return { id, reference, status: 'closed', closedAt, counts };
  });
}

const taskAbout = (kind: 'missing_at_stocktake' | 'unexpected_at_stocktake', deviceId: string) =>
  ({ kind, subjectType: 'device', subjectId: deviceId }) as const;

/** Gives every line its last verdict; the devices that tasks are about, and those whose earlier tasks are settled. */
async function judgeLines(
  trx: Trx,
  id: string,
  locationId: string,
): Promise<{ missing: string[]; unexpected: string[]; settled: string[] }> {
  return one(trx, 'stocktake.judge', {
    missing: col.listOf(col.text),
    unexpected: col.listOf(col.text),
    settled: col.listOf(col.text),
  })`
    with here as materialized (
      select id from device where location_id = ${locationId} and ${isOnShelf()}
    ), judged as (
      update stocktake_line x set verdict = case when exists (select from here where here.id = x.device_id) then 'missing' else 'left' end
      where x.stocktake_id = ${id} and x.verdict = 'expected' returning x.device_id, x.verdict
    )
    select
      array(select device_id from judged where verdict = 'missing' order by device_id) as missing,
      array(select x.device_id from stocktake_line x where x.stocktake_id = ${id} and x.verdict = 'unexpected'
        and not exists (select from here where here.id = x.device_id) order by x.device_id) as unexpected,
      array(select t.subject_id from task t join stocktake_line x on x.device_id = t.subject_id
        where t.status = 'open' and t.kind in ('missing_at_stocktake', 'unexpected_at_stocktake')
          and x.stocktake_id = ${id} and x.verdict = 'found') as settled`;
}

import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { areaTag, getAreaLookup } from './area.queries.ts';
import { readAreas } from './area.rules.ts';
import type { AreaLookup, NewAreaLookup } from './area.schemas.ts';

/**
 * Takes the lookup of areas that the scheme brings, all of it in the place of the one before. What people said earlier
 * keeps the band that it had. `ctx.ifMatch` is the version that the author saw.
 * @throws Problem `invalid` with the lines that cannot be read, `if-match-required`, `changed-meanwhile`
 */
export async function bringAreaLookup(deps: Deps, ctx: Context, input: NewAreaLookup): Promise<AreaLookup> {
  const { areas, faults } = readAreas(input.lines);
  if (faults.length) throw invalid(...faults);
  return command(deps, ctx, async (work) => {
    await emptyLookup(work, ctx);
    await run(
      work.trx,
      'area.bring',
      work.trx.insertInto('area_lookup').values({
        name: input.name.trim(),
        source: input.source.trim(),
        dated: input.dated,
        changed_at: work.at,
      }),
    );
    await run(work.trx, 'area.bring-bands')`
      insert into area_band (area, band) select * from unnest(${areas.map(({ area }) => area)}::text[], ${areas.map(({ band }) => band)}::int[])`;
    await recordEvent(work, {
      type: 'area_lookup.brought',
      subjects: callerOf(ctx),
      values: { areas: areas.length },
    });
    return getAreaLookup(work.trx);
  });
}

/**
 * Removes the lookup of areas: nobody is asked for a postcode from then on.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function removeAreaLookup(deps: Deps, ctx: Context): Promise<AreaLookup> {
  return command(deps, ctx, async (work) => {
    await emptyLookup(work, ctx);
    await recordEvent(work, { type: 'area_lookup.removed', subjects: callerOf(ctx), values: {} });
    return getAreaLookup(work.trx);
  });
}

/** One at a time, by the version that its author saw. */
async function emptyLookup({ trx }: Work, ctx: Context): Promise<void> {
  await run(trx, 'area.turn')`select pg_advisory_xact_lock(hashtextextended('area_lookup', 0))`;
  requireMatch(ctx.ifMatch, areaTag(await getAreaLookup(trx)));
  await run(trx, 'area.empty')`with l as (delete from area_lookup) delete from area_band`;
}

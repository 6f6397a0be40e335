import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvent } from '../../shared/events.ts';
import { run } from '../../shared/statements.ts';
import { settleUpdates } from '../devices/updates.commands.ts';
import { settleEndings } from '../devices/updates-ending.commands.ts';
import { getModel } from './model.queries.ts';
import type { ModelSaid, ModelWritten } from './model.schemas.ts';

/**
 * Writes down until when a model gets security updates, or that it is not known, in the place of what was said before.
 * What it means for its devices happens with it: ready ones go back or others become ready, and tasks end.
 * `ctx.ifMatch` is the version that the author saw.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function sayOfModel(deps: Deps, ctx: Context, said: ModelSaid): Promise<ModelWritten> {
  return command(deps, ctx, async (work) => {
    // Alone: what the other said is seen before this is held against it.
    await run(work.trx, 'device-model.turn')`
      select pg_advisory_xact_lock(hashtextextended('device_model', 0))`;
    const before = await getModel(work.trx, said.make, said.model);
    requireMatch(ctx.ifMatch, before.version);
    const { system = null, highestVersion = null, updatesEndOn = null, source, sourceUrl = null } = said;
    await run(work.trx, 'device-model.say')`
      insert into device_model (make, model, system, highest_version, updates_end_on, source, source_url, said_by, said_at)
      values (${said.make}, ${said.model}, ${system}, ${highestVersion}, ${updatesEndOn}::date, ${source}, ${sourceUrl}, ${ctx.actor.name}, ${work.at})
      on conflict (key) do update set make = excluded.make, model = excluded.model, system = excluded.system,
        highest_version = excluded.highest_version, updates_end_on = excluded.updates_end_on, source = excluded.source,
        source_url = excluded.source_url, said_by = excluded.said_by, said_at = excluded.said_at`;
    await recordEvent(work, {
      type: 'device_model.said',
      subjects: callerOf(ctx),
      values: {
        make: said.make,
        model: said.model,
        from: before.said?.updatesEndOn ?? null,
        to: updatesEndOn,
      },
    });
    const ofModel = sql`model_key(d.make, d.model) = model_key(${said.make}, ${said.model})`;
    const moved = await settleUpdates(work, ofModel);
    await settleEndings(work, ofModel);
    return { ...(await getModel(work.trx, said.make, said.model)), moved };
  });
}

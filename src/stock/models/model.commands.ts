import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { requireMatch } from '../../shared/etag.ts';
import { callerOf, recordEvents } from '../../shared/events.ts';
import { date } from '../../shared/formats.ts';
import { invalid } from '../../shared/problem.ts';
import { run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { settleUpdates } from '../devices/updates.commands.ts';
import { settleEndings } from '../devices/updates-ending.commands.ts';
import { getModel, getModels } from './model.queries.ts';
import type { Model, ModelListTaken, ModelSaid, ModelWritten, NewModelList } from './model.schemas.ts';
import { mostTold, readModelList } from './model-list.ts';

/**
 * Writes down until when a model gets security updates, or that it is not known, in the place of what was said before.
 * What it means for its devices happens with it: ready ones go back or others become ready, and tasks end.
 * `ctx.ifMatch` is the version that the author saw.
 * @throws Problem `if-match-required`, `changed-meanwhile`
 */
export async function sayOfModel(deps: Deps, ctx: Context, said: ModelSaid): Promise<ModelWritten> {
  return command(deps, ctx, async (work) => {
    await takeTurn(work);
    const before = await getModel(work.trx, said.make, said.model);
    requireMatch(ctx.ifMatch, before.version);
    const moved = await write(work, ctx, [{ said, before }]);
    return { ...(await getModel(work.trx, said.make, said.model)), moved };
  });
}

/**
 * Writes down a pasted list of models, all of it or nothing. What is said already stands, unless the list may replace it.
 * @throws Problem `invalid` with each row that is not right, or that says otherwise than what stands
 */
export async function sayOfModels(
  deps: Deps,
  ctx: Context,
  { csv, replace = false }: NewModelList,
): Promise<ModelListTaken> {
  const list = readModelList(csv);
  return command(deps, ctx, async (work) => {
    await takeTurn(work);
    const known = await getModels(
      work.trx,
      list.map(({ said }) => said),
    );
    const models = list.map(({ row, said }, place) => ({ row, said, before: known[place]! }));
    const isNew = models.filter(({ said, before }) => !saysSame(said, before));
    const inTheWay = replace ? [] : isNew.filter(({ before }) => before.said);
    if (inTheWay.length) throw invalid(...inTheWay.slice(0, mostTold).map(isSaidAlready));
    const moved = isNew.length ? await write(work, ctx, isNew) : 0;
    return { models: models.length, same: models.length - isNew.length, moved };
  });
}

type ToSay = { said: ModelSaid; before: Model };

/** Alone: what the other said is seen before this is held against it. */
async function takeTurn({ trx }: Work): Promise<void> {
  await run(trx, 'device-model.turn')`
    select pg_advisory_xact_lock(hashtextextended('device_model', 0))`;
}

/** @returns how many devices moved by it */
async function write(work: Work, ctx: Context, models: ToSay[]): Promise<number> {
  const rows = models.map(({ said }) => said);
  await run(work.trx, 'device-model.say')`
    insert into device_model (make, model, system, highest_version, updates_end_on, source, source_url, said_by, said_at)
    select make, model, system, "highestVersion", "updatesEndOn", source, "sourceUrl", ${ctx.actor.name}, ${work.at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x (make text, model text, system text, "highestVersion" text, "updatesEndOn" date, source text, "sourceUrl" text)
    on conflict (key) do update set make = excluded.make, model = excluded.model, system = excluded.system,
      highest_version = excluded.highest_version, updates_end_on = excluded.updates_end_on, source = excluded.source,
      source_url = excluded.source_url, said_by = excluded.said_by, said_at = excluded.said_at`;
  await recordEvents(
    work,
    models.map(({ said: { make, model, updatesEndOn = null }, before }) => ({
      type: 'device_model.said' as const,
      subjects: callerOf(ctx),
      values: { make, model, from: before.said?.updatesEndOn ?? null, to: updatesEndOn },
    })),
  );
  const ofModels = sql`model_key(d.make, d.model) in (select model_key(x.make, x.model)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) x (make text, model text))`;
  const moved = await settleUpdates(work, ofModels);
  await settleEndings(work, ofModels);
  return moved;
}

const parts = ['system', 'highestVersion', 'updatesEndOn', 'source', 'sourceUrl'] as const;
const saysSame = (said: ModelSaid, before: Model) =>
  before.said !== null && parts.every((part) => (said[part] ?? null) === before.said![part]);

const isSaidAlready = ({ row, before: { make, model, said } }: ToSay & { row: number }) => ({
  pointer: '/csv',
  message: `Row ${row}: ${make} ${model} is said already, by ${said!.by}: ${said!.updatesEndOn ? `until ${date(said!.updatesEndOn)}` : 'not known until when'}. Take the row out, or say that the list replaces what is there.`,
});

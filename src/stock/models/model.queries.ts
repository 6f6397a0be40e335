import { sql } from 'kysely';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { many } from '../../shared/statements.ts';
import { deviceKinds } from '../devices/device.rules.ts';
import { hasSystem } from '../devices/device-kinds.rules.ts';
import { Model } from './model.schemas.ts';

const { version: _version, ...columns } = Model.properties;
type Row = Omit<Model, 'version'>;

/** Every model that staff have said something of, or that the stock has: `known`, by its key. */
const known = sql`
  with stock as (
    select model_key(d.make, d.model) as key, min(d.make) as make, min(d.model) as model, count(*)::int as devices
    from device d where d.status not in ('retired', 'gifted') and d.kind = any(${deviceKinds.filter(hasSystem)}::text[])
    group by 1
  ), known as (
    select key, coalesce(m.make, s.make) as make, coalesce(m.model, s.model) as model, coalesce(s.devices, 0) as devices,
      case when m.key is not null then json_build_object('system', m.system, 'highestVersion', m.highest_version, 'updatesEndOn', m.updates_end_on,
        'source', m.source, 'sourceUrl', m.source_url, 'by', m.said_by, 'at', ${jsonInstant('m.said_at')}) end as said
    from stock s full join device_model m using (key)
  )`;

/** Every model that staff have said something of, or that the stock has; what nobody has said anything of first. */
export async function listModels(db: Reader): Promise<Model[]> {
  const rows = await many(db, 'device-model.list', columns)`
    ${known} select make, model, devices, said from known
    order by said is not null, case when said is null then devices end desc, lower(make), lower(model)`;
  return rows.map(withVersion);
}

/** Models in the order of their names, whatever the spaces and capitals of these; as they were asked for where nothing is known. */
export async function getModels(db: Reader, names: { make: string; model: string }[]): Promise<Model[]> {
  const rows = await many(db, 'device-model.named', columns)`
    ${known} select coalesce(k.make, n.make) as make, coalesce(k.model, n.model) as model, coalesce(k.devices, 0) as devices, k.said
    from jsonb_array_elements(${JSON.stringify(names)}::jsonb) with ordinality one (name, place)
    cross join lateral (select name ->> 'make' as make, name ->> 'model' as model) n
    left join known k on k.key = model_key(n.make, n.model) order by place`;
  return rows.map(withVersion);
}

/** One of them. */
export async function getModel(db: Reader, make: string, model: string): Promise<Model> {
  return (await getModels(db, [{ make, model }]))[0]!;
}

/** The version of a model, for If-Match: when somebody last said something of it, if anybody did. */
export const modelTag = (said: Pick<NonNullable<Model['said']>, 'at'> | null) =>
  etagOf('device-model', said?.at ?? 'nothing');

const withVersion = (row: Row): Model => ({ ...row, version: modelTag(row.said) });

import { type RawBuilder, sql } from 'kysely';
import { jsonInstant, type Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { many } from '../../shared/statements.ts';
import { deviceKinds } from '../devices/device.rules.ts';
import { hasSystem } from '../devices/device-kinds.rules.ts';
import { Model } from './model.schemas.ts';

const { version: _version, ...columns } = Model.properties;
type Row = Omit<Model, 'version'>;

/** Every model that staff have said something of, or that the stock has; what nobody has said anything of first. */
export async function listModels(db: Reader): Promise<Model[]> {
  return readModels(db, sql`true`);
}

/** One model by its make and name, whatever their spaces and capitals; as it was asked for where nothing is known. */
export async function getModel(db: Reader, make: string, model: string): Promise<Model> {
  const [found] = await readModels(db, sql`key = model_key(${make}, ${model})`);
  return found ?? withVersion({ make, model, devices: 0, said: null });
}

/** The version of a model, for If-Match: when somebody last said something of it, if anybody did. */
export const modelTag = (said: Pick<NonNullable<Model['said']>, 'at'> | null) =>
  etagOf('device-model', said?.at ?? 'nothing');

const withVersion = (row: Row): Model => ({ ...row, version: modelTag(row.said) });

async function readModels(db: Reader, which: RawBuilder<unknown>): Promise<Model[]> {
  const rows = await many(db, 'device-model.list', columns)`
    with stock as (
      select model_key(d.make, d.model) as key, min(d.make) as make, min(d.model) as model, count(*)::int as devices
      from device d where d.status not in ('retired', 'gifted') and d.kind = any(${deviceKinds.filter(hasSystem)}::text[])
      group by 1
    )
    select coalesce(m.make, s.make) as make, coalesce(m.model, s.model) as model, coalesce(s.devices, 0) as devices,
      case when m.key is not null then json_build_object('system', m.system, 'highestVersion', m.highest_version, 'updatesEndOn', m.updates_end_on,
        'source', m.source, 'sourceUrl', m.source_url, 'by', m.said_by, 'at', ${jsonInstant('m.said_at')}) end as said
    from stock s full join device_model m using (key) where ${which}
    order by m.key is not null, case when m.key is null then s.devices end desc, lower(coalesce(m.make, s.make)), lower(coalesce(m.model, s.model))`;
  return rows.map(withVersion);
}

import { configSchema } from '../../config.ts';
import { currentScheme } from '../../scheme/scheme.queries.ts';
import { today } from '../../shared/clock.ts';
import type { Deps } from '../../shared/deps.ts';
import { each, many } from '../../shared/statements.ts';
import { countDevices, type DeviceFilter, listDevices } from '../devices/device.queries.ts';
import { discreetOwner, LabelledDevice } from './label.rules.ts';
import { type LabelQuery, labelsAPage } from './label.schemas.ts';

const { default: unnamed } = configSchema.properties.SCHEME_NAME as { default?: string };

/** What labels say of whose the device is: the scheme's name, once it has one of its own. */
export async function ownerOnLabels(deps: Deps): Promise<string | null> {
  const { name } = await currentScheme(deps);
  return name === unnamed ? null : discreetOwner(name);
}

type Labels = { devices: LabelledDevice[]; count: number; next: string | null };

/** The devices to label: those of chosen tags in their order, or one page of the list with these filters. */
export async function devicesToLabel(
  { db, clock }: Deps,
  { tags, layout: _layout, first: _first, help: _help, after, ...filter }: LabelQuery,
): Promise<Labels> {
  const day = today(clock);
  if (tags) {
    const rows = await many(db, each('label.devices-to'), LabelledDevice)`
      select d.asset_tag as "assetTag", d.kind, d.make, d.model
      from unnest(${tags.split(',')}::text[]) with ordinality c (tag, place) join device d on d.asset_tag = c.tag
      order by c.place`;
    return { devices: rows, count: rows.length, next: null };
  }
  const [list, count] = await Promise.all([
    listDevices(db, { ...filter, after, limit: labelsAPage }, day),
    countDevices(db, filter satisfies DeviceFilter, day),
  ]);
  return { devices: list.items, count, next: list.next };
}

import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { etagOf } from '../../shared/etag.ts';
import { Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { many, maybe, one } from '../../shared/statements.ts';
import { deviceKinds } from '../../stock/devices/device-kinds.rules.ts';
import { costKinds } from './cost.rules.ts';
import { type BoughtNew, Cost } from './cost.schemas.ts';

const columns = sql`id, to_char(starts_on, 'YYYY-MM-DD') as "from", kind, pence, hours, note, taken_out_at is not null as "takenOut", changed_at as "changedAt"`;

/** Every line of what the scheme spent, the latest half-year first; what was taken out stands last in its own. */
export async function listCosts(db: Reader): Promise<Cost[]> {
  return many(db, 'cost.list', Cost.properties)`
    select ${columns} from cost
    order by starts_on desc, taken_out_at is not null, array_position(${[...costKinds]}::text[], kind), id`;
}

/** @throws Problem `not-found` */
export async function getCost(db: Reader, id: string): Promise<Cost> {
  const row = await maybe(db, 'cost.get', Cost.properties)`select ${columns} from cost where id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** The version of a line, for If-Match. */
export const costTag = ({ id, changedAt }: Cost): string => etagOf(id, changedAt);

/** What a device of each kind would cost new, in pence; null where nobody said it. */
export async function getBoughtNew(db: Reader): Promise<BoughtNew> {
  const { pence, changedAt } = await one(db, 'bought-new.get', {
    pence: col.unchecked<Record<string, number>>(),
    changedAt: col.text,
  })`select pence, changed_at as "changedAt" from bought_new`;
  const prices = Object.fromEntries(deviceKinds.map((kind) => [kind, pence[kind] ?? null]));
  return { ...prices, changedAt } as BoughtNew;
}

/** The version of all prices, for If-Match. */
export const boughtNewTag = ({ changedAt }: BoughtNew): string => etagOf('bought-new', changedAt);

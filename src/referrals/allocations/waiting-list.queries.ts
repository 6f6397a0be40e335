import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../../shared/lists.ts';
import { col } from '../../shared/rows.ts';
import { each, many } from '../../shared/statements.ts';
import { waitsForWords } from '../need.rules.ts';
import {
  columnsFor,
  onWaitingList,
  referralTables,
  waitingOrder,
  waitingSince,
} from '../referral.queries.ts';
import { isInStock, isToFind, needsToFind, openNeeds, readyStock } from './allocation.queries.ts';
import { type StockNeed, stockNeeds, WaitsLonger } from './allocation.rules.ts';
import { reasonsFor, stockFor } from './waiting-list.rules.ts';
import { WaitingPlace, type WaitingQuery } from './waiting-list.schemas.ts';

/** Those on the waiting list, `referral r`, whom ready stock could help on a civil date. */
export const couldBeHelped = (day: string) => sql`${onWaitingList('r')} and ${isInStock(day)}`;

/** Everyone on the waiting list with their place. */
const places = sql`select r.id, row_number() over (order by ${waitingOrder('r')})::int as place
  from referral r where ${onWaitingList('r')}`;

const Row = {
  ...col.omit(WaitingPlace.properties, 'waitsFor', 'reasons', 'stock'),
  open: col.listOf(col.oneOf(stockNeeds)),
  total: col.number,
};

/**
 * The waiting list in its order, with the reason each waits and what stock could meet now: two
 * statements for a page. `total` is the whole list's, with the filter; 0 when the page is empty.
 * @param day civil date on which stock would be given
 */
export async function waitingList(
  db: Reader,
  { inStock, limit, after }: WaitingQuery,
  day: string,
): Promise<ListPage<WaitingPlace> & { total: number }> {
  const [behind] = readCursor(after, ['uuid']) ?? [];
  const [rows, stock] = await Promise.all([
    many(db, each('waiting-list.waiting-list'), Row)`
      with w as materialized (${places}), listed as materialized (
        select w.id, w.place from w ${inStock ? sql`join referral r on r.id = w.id where ${isInStock(day)}` : sql``}
      ), part as (
        select listed.id, listed.place from listed
        ${behind ? sql`join referral r on r.id = listed.id where (${waitingOrder('r')}) > (select ${waitingOrder('w')} from referral w where w.id = ${behind})` : sql``}
        order by listed.place limit ${limit + 1}
      )
      select ${columnsFor()}, part.place, ${waitingSince('r')} as "waitingSince", ${openNeeds} as open, ${needsToFind} as "toFind",
        coalesce((select json_agg(json_build_object('id', a.id, 'deviceId', a.device_id, 'assetTag', d.asset_tag, 'kind', d.kind,
            'expiresOn', a.expires_on) order by a.id)
          from allocation a join device d on d.id = a.device_id where a.referral_id = r.id and a.status = 'held'), '[]') as held,
        (select json_build_object('on', (k.at at time zone 'Europe/London')::date, 'reason', k.reason, 'by', k.actor_name)
          from waiting_skip k where k.referral_id = r.id order by k.id desc limit 1) as "passedOver",
        (select count(*)::int from listed) as total
      from ${referralTables} join part on part.id = r.id order by part.place`,
    readyStock(db, day),
  ]);
  const total = rows[0]?.total ?? 0;
  const { items, next } = toPage(rows, limit, ({ id }) => [id]);
  return {
    items: items.map(({ open, total: _total, ...row }) => ({
      ...row,
      waitsFor: waitsForWords(
        open,
        row.needs.some(({ need, status }) => need === 'support' && status === 'open'),
      ),
      reasons: reasonsFor(row, stock),
      stock: stockFor(row.toFind, stock),
    })),
    next,
    total,
  };
}

/** Who comes before a referral on the waiting list, waits for one of these needs and has nothing held for it, in order. */
export async function waitsLonger(
  db: Reader,
  referralId: string,
  needs: StockNeed[],
): Promise<WaitsLonger[]> {
  return many(db, 'waiting-list.longer', WaitsLonger)`
    with w as materialized (${places}), f as materialized (
      select n.referral_id, array_agg(n.need order by n.need desc) as needs from referral_need n
      where n.referral_id in (select id from w where place < (select place from w where id = ${referralId}))
        and n.need = any(${needs}::text[]) and ${isToFind} group by n.referral_id
    )
    select r.id as "referralId", r.reference, w.place, f.needs
    from f join w on w.id = f.referral_id join referral r on r.id = f.referral_id
    order by w.place`;
}

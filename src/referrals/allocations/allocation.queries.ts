import { type RawBuilder, sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { byId, type ListPage, toPage } from '../../shared/lists.ts';
import { firstName } from '../../shared/person-name.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, maybe, one } from '../../shared/statements.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { hasOpenCheck } from '../../stock/devices/check.queries.ts';
import { type DeviceKind, deviceKinds } from '../../stock/devices/device.rules.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { isFit, unfitJson } from '../../stock/devices/fitness.queries.ts';
import { Unfit } from '../../stock/devices/fitness.rules.ts';
import { type AllocationStatus, Holder, kindsFor, type StockNeed, stockNeeds } from './allocation.rules.ts';
import { Allocation } from './allocation.schemas.ts';

/** Whether the device `d`, of which `s` is the data plan that has not ended, meets a need: as `needsMet` says. */
const meets = (
  need: RawBuilder<unknown>,
) => sql`case ${need} when 'device' then d.kind = any(${kindsFor('device')}::text[])
  when 'data' then d.kind = any(${kindsFor('data')}::text[]) or s.id is not null else false end`;
const withPlan = sql`device d left join lateral (
  select p.id, p.expires_on from data_plan p where p.device_id = d.id and ${isInUse('p')} limit 1) s on true`;

/** That the need `n` of a referral is open and of stock. */
const isOpen = sql`n.status = 'open' and n.need <> 'support'`;

/** That it is, and no device is held for it. */
export const isToFind = sql`${isOpen} and not exists (
  select from allocation a join ${withPlan} on d.id = a.device_id
  where a.referral_id = n.referral_id and a.status = 'held' and ${meets(sql`n.need`)})`;

/** The open needs of the referral `r` that stock meets. */
export const openNeeds = sql`array(select n.need from referral_need n where n.referral_id = r.id and ${isOpen} order by n.need desc)`;

/** Those of them for which no device is held. */
export const needsToFind = sql`array(select n.need from referral_need n where n.referral_id = r.id and ${isToFind} order by n.need desc)`;

/** That the device `d` is ready, meets a need, and nothing keeps it from being offered for that on a civil date. */
const couldMeet = (need: RawBuilder<unknown>, day: string) =>
  sql`d.status = 'ready' and ${meets(need)} and ${isFit('d', day, need)}`;

/**
 * That ready stock could meet one of these needs of the referral `r` on a civil date. What is in stock is the
 * same for every referral, and asked once.
 */
export const isInStock = (day: string) => sql`r.id in (
  select n.referral_id from referral_need n where ${isToFind} and n.need = any((select array(
    select k.need from unnest(${[...stockNeeds]}::text[]) k (need)
    where exists (select from ${withPlan} where ${couldMeet(sql`k.need`, day)})))::text[]))`;

export type ReadyStock = { kind: DeviceKind; hasDataPlan: boolean; count: number }[];

/**
 * How many devices could be given on a civil date, by kind, with mobile data that runs and without. What
 * brings nothing but data counts while that runs.
 */
export async function readyStock(db: Reader, day: string): Promise<ReadyStock> {
  return many(db, each('allocation.ready-stock'), {
    kind: col.oneOf(deviceKinds),
    hasDataPlan: col.boolean,
    count: col.number,
  })`
    select d.kind, s.id is not null and ${couldMeet(sql`'data'`, day)} as "hasDataPlan", count(*)::int as count from ${withPlan}
    where ${couldMeet(sql`'device'`, day)} or ${couldMeet(sql`'data'`, day)}
    group by 1, 2 order by array_position(${[...deviceKinds]}::text[], d.kind), 2`;
}

export const FittingDevice = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  make: col.text,
  model: col.text,
  condition: col.orNull(col.text),
  location: col.orNull(col.text),
  hasDataPlan: col.boolean,
  dataExpiresOn: col.orNull(col.text),
  readySince: col.text,
  unfit: col.listOf(col.object(Unfit)),
  /** Nothing of that keeps it from being offered for these needs. */
  isFit: col.boolean,
};
export type FittingDevice = RowOf<typeof FittingDevice>;

/**
 * Ready devices that meet one of these needs: of each kind the few that have been ready longest, and after all
 * of them the few that something keeps from being offered. One with a check that ran out is not ready. Those that are
 * kept where the clinic of the referral is come before the others.
 */
export async function fittingDevices(
  db: Reader,
  referralId: string,
  needs: StockNeed[],
  day: string,
): Promise<FittingDevice[]> {
  const need = sql`${needs.includes('data') ? 'data' : 'device'}::text`;
  return many(db, each('allocation.fitting-devices'), FittingDevice)`
    with near as materialized (
      select l.id from location l join referral r on r.clinic_id = l.organisation_id where r.id = ${referralId}
    )
    select f.id, f."assetTag", f.kind, f.make, f.model, f.condition, p.name as location, f."hasDataPlan", f."dataExpiresOn", f."readySince", f.unfit, f."isFit"
    from unnest(${[...deviceKinds]}::text[]) with ordinality k (kind, rank)
    cross join unnest(array[true, false]) x (fit)
    cross join lateral (
      select d.id, d.asset_tag as "assetTag", d.kind, d.make, d.model, d.condition, d.location_id, s.id is not null as "hasDataPlan",
        s.expires_on as "dataExpiresOn", d.changed_at as "readySince",
        ${unfitJson('d', day)} as unfit, x.fit as "isFit", d.location_id is not null and d.location_id in (select id from near) as "isNear"
      from ${withPlan}
      where d.kind = k.kind and d.status = 'ready' and exists (select from unnest(${needs}::text[]) n (need) where ${meets(sql`n.need`)})
        and ${isFit('d', day, need)} = x.fit and not ${hasOpenCheck('d', day)}
      order by "isNear" desc, d.changed_at, d.id limit 4
    ) f
    left join location p on p.id = f.location_id
    order by x.fit desc, k.rank, f."isNear" desc, f."readySince", f.id`;
}

/** What a referral needs of stock, and what of it nothing is held for: one row. */
export async function stockNeedsOf(
  db: Reader,
  referralId: string,
): Promise<{ open: StockNeed[]; toFind: StockNeed[] }> {
  const row = await maybe(db, 'allocation.needs', {
    open: col.listOf(col.oneOf(stockNeeds)),
    toFind: col.listOf(col.oneOf(stockNeeds)),
  })`
    select ${openNeeds} as open, ${needsToFind} as "toFind" from referral r where r.id = ${referralId}`;
  return row ?? { open: [], toFind: [] };
}

const columns = sql`a.id, a.referral_id as "referralId", r.reference as "referralReference", a.device_id as "deviceId",
  d.asset_tag as "assetTag", d.kind, d.make, d.model, a.status, a.expires_on as "expiresOn", a.created_at as "createdAt",
  a.ended_at as "endedAt", a.ended_reason as "endedReason"`;
const tables = sql`allocation a join device d on d.id = a.device_id join referral r on r.id = a.referral_id`;

/** Allocations, the newest first, of one referral or status when asked. */
export async function listAllocations(
  db: Reader,
  query: {
    referralId?: string;
    status?: AllocationStatus | undefined;
    limit: number;
    after?: string | undefined;
  },
): Promise<ListPage<Allocation>> {
  const { follows, by } = byId(sql`a.id`, query);
  const rows = await many(db, each('allocation.list'), Allocation.properties)`
    select ${columns} from ${tables}
    where true ${query.referralId ? sql`and a.referral_id = ${query.referralId}` : sql``}
      ${query.status ? sql`and a.status = ${query.status}` : sql``} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, (row) => [row.id]);
}

/**
 * One allocation.
 * @throws Problem `not-found`
 */
export async function getAllocation(db: Reader, id: string): Promise<Allocation> {
  const row = await maybe(db, 'allocation.get', Allocation.properties)`
    select ${columns} from ${tables} where a.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

/** What is held for a referral now, in the order in which it was held. */
export async function heldFor(db: Reader, referralId: string): Promise<Allocation[]> {
  return many(db, 'allocation.held-for', Allocation.properties)`
    select ${columns} from ${tables} where a.referral_id = ${referralId} and a.status = 'held' order by a.id`;
}

/** The allocation that holds a device now. */
export async function heldOn(db: Reader, deviceId: string): Promise<Allocation | undefined> {
  return maybe(db, 'allocation.held-on', Allocation.properties)`
    select ${columns} from ${tables} where a.device_id = ${deviceId} and a.status = 'held'`;
}

/** Who has devices, in the order of their tags: asked after a lock, since the lock's own statement may not see who won. */
export async function holdersOf(db: Reader, deviceIds: string[]): Promise<(Holder & { deviceId: string })[]> {
  return many(db, 'allocation.holders', { ...Holder, deviceId: col.text })`
    select d.id as "deviceId", d.asset_tag as "assetTag", d.status, l.id as "loanId", l.reference as "loanReference",
      r.id as "referralId", r.reference as "referralReference", a.expires_on as "expiresOn"
    from device d
    left join loan_item i on i.device_id = d.id and ${isOut('i')} left join loan l on l.id = i.loan_id
    left join allocation a on a.device_id = d.id and a.status = 'held' left join referral r on r.id = a.referral_id
    where d.id = any(${deviceIds}::uuid[]) order by d.asset_tag`;
}

/** How many days a device is held when nobody says otherwise. */
export async function allocationDays(db: Reader): Promise<number> {
  const row = await one(
    db,
    'allocation.days',
    db.selectFrom('lending_policy').select('allocation_days as days'),
  );
  return row.days;
}

/** One line of the pick list: what to fetch, where it is, and for whom, by first name alone. */
export const PickLine = {
  assetTag: col.text,
  deviceId: col.text,
  kind: col.keyOf(kindsOfDevice),
  make: col.text,
  model: col.text,
  location: col.orNull(col.text),
  referralId: col.text,
  referralReference: col.text,
  patientId: col.text,
  firstName: col.text,
  expiresOn: col.orNull(col.text),
  unfit: col.listOf(col.object(Unfit)),
};
export type PickLine = RowOf<typeof PickLine>;

/** Everything that is held, by where it is kept: at most `limit` lines. */
export async function pickList(db: Reader, limit: number, day: string): Promise<PickLine[]> {
  return many(db, each('allocation.pick-list'), PickLine)`
    select d.asset_tag as "assetTag", d.id as "deviceId", d.kind, d.make, d.model, l.name as location, r.id as "referralId",
      r.reference as "referralReference", p.id as "patientId", ${firstName} as "firstName", a.expires_on as "expiresOn", ${unfitJson('d', day)} as unfit
    from ${tables} join patient p on p.id = r.patient_id left join location l on l.id = d.location_id
    where a.status = 'held' order by l.name nulls last, d.asset_tag limit ${limit}`;
}

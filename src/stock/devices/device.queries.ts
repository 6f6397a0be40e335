import { sql } from 'kysely';
import { isOut } from '../../lending/loans/loan.states.ts';
import type { Reader } from '../../shared/database.ts';
import { byId, bySort, type ListPage, type SortColumn, toPage } from '../../shared/lists.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { countOf, each, many, maybe } from '../../shared/statements.ts';
import { isInUse } from '../data-plans/data-plan.states.ts';
import { Device, type DeviceQuery, DeviceSummary } from './device.schemas.ts';
import { mayHaveOpenChecks } from './device.states.ts';
import { isFit, unfitJson } from './fitness.queries.ts';
import { Unfit } from './fitness.rules.ts';
import { openChecks, updatesEnd, updatesOf } from './updates.queries.ts';

/**
 * The columns of a device in lists, of the table `device d`.
 * @param day civil date; with null it is not known what ran out by it
 */
export const summary = (
  day: string | null,
) => sql`d.id, d.asset_tag as "assetTag", d.kind, d.make, d.model, d.serial_number as "serialNumber",
  d.condition, d.status, d.changed_at as "changedAt",
  case when ${mayHaveOpenChecks('d')} then ${openChecks('d', day)} else '{}' end as "openChecks", ${unfitJson('d', day)} as unfit,
  ${updatesEnd('d')} as "updatesEndOn"`;

/** That the device `d` is ready and nothing keeps it from being offered. */
export const isOffered = (day: string) => sql`(d.status = 'ready' and ${isFit('d', day)})`;

/** What a list of devices is narrowed to. */
export type DeviceFilter = Partial<Pick<DeviceQuery, 'status' | 'kind' | 'fit' | 'updatesEndWithin'>> & {
  donationId?: string;
};

/** The filter in one place, so that a list, its count and its file agree. */
const matching = ({ status, kind, fit, updatesEndWithin, donationId }: DeviceFilter, day: string) => sql`true
  ${fit === undefined ? sql`` : sql`and ${fit ? isOffered(day) : sql`d.status = 'ready' and not ${isFit('d', day)}`}`}
  ${status ? sql`and d.status = ${status}` : sql``} ${kind ? sql`and d.kind = ${kind}` : sql``}
  ${updatesEndWithin === undefined ? sql`` : sql`and ${updatesEnd('d')} <= ${day}::date + make_interval(months => ${updatesEndWithin}::int) and d.status not in ('retired', 'gifted')`}
  ${donationId ? sql`and d.donation_id = ${donationId}` : sql``}`;

const sorts: Record<'tag', SortColumn<DeviceSummary>> = {
  tag: { by: sql`d.asset_tag`, kind: 'text', of: ({ assetTag }) => assetTag },
};

/** Devices, the newest first or by tag, of one status or kind when asked, or fit to be offered on a civil date. */
export async function listDevices(
  db: Reader,
  query: DeviceFilter & Pick<DeviceQuery, 'limit' | 'after' | 'order' | 'sort'>,
  day: string,
): Promise<ListPage<DeviceSummary>> {
  const { follows, by, key } = bySort(sorts, sql`d.id`, query) ?? byId(sql`d.id`, query);
  const rows = await many(db, each('device.list'), DeviceSummary.properties)`
    select ${summary(day)} from device d
    where ${matching(query, day)} ${follows}
    order by ${by} limit ${query.limit + 1}`;
  return toPage(rows, query.limit, key);
}

/** How many devices the list has in all. */
export async function countDevices(db: Reader, filter: DeviceFilter, day: string): Promise<number> {
  return countOf(db, each('device.count'))`from device d where ${matching(filter, day)}`;
}

/** A device as a file for a spreadsheet has it. */
export const DeviceRow = {
  ...col.omit(DeviceSummary.properties, 'openChecks', 'unfit'),
  unfit: col.listOf(col.object(Unfit)),
  /** Those that may still be done, joined by commas; null of a device that has none to do. */
  openChecks: col.orNull(col.text),
  imei: col.orNull(col.text),
  earlierLabels: col.orNull(col.text),
  notes: col.orNull(col.text),
  location: col.orNull(col.text),
  donation: col.text,
  donor: col.text,
  receivedOn: col.text,
  loan: col.orNull(col.text),
  dataEndsOn: col.orNull(col.text),
};
export type DeviceRow = RowOf<typeof DeviceRow>;

/** All devices of a filter, the newest first, read page by page as they are taken. */
export async function* eachDevice(
  db: Reader,
  filter: DeviceFilter,
  day: string,
  pageSize = 500,
): AsyncGenerator<DeviceRow> {
  let before: string | null = null;
  do {
    const page: DeviceRow[] = await many(db, each('device.each'), DeviceRow)`
      select ${summary(day)}, array_to_string(case when ${mayHaveOpenChecks('d')} then ${openChecks('d', day)} end, ', ') as "openChecks",
        d.imei, (select string_agg(label, ', ' order by label) from earlier_label where device_id = d.id) as "earlierLabels", d.notes, p.name as location, n.reference as donation, o.name as donor, n.received_on as "receivedOn",
        (select l.reference from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and ${isOut('i')}) as loan,
        (select s.expires_on from data_plan s where s.device_id = d.id and ${isInUse('s')}) as "dataEndsOn"
      from device d join donation n on n.id = d.donation_id join organisation o on o.id = n.donor_id left join location p on p.id = d.location_id
      where ${matching(filter, day)} and (${before}::uuid is null or d.id < ${before})
      order by d.id desc limit ${pageSize}`;
    yield* page;
    before = page.length === pageSize ? page.at(-1)!.id : null;
  } while (before);
}

/**
 * One device with what is known of it now.
 * @param day civil date, for what keeps it from being offered; without it what ran out by a date is left out
 * @throws Problem `not-found`
 */
export async function getDevice(db: Reader, id: string, day?: string): Promise<Device> {
  const row = await maybe(db, 'device.get', Device.properties)`
    select ${summary(day ?? null)}, d.imei, array(select label from earlier_label where device_id = d.id order by label) as "earlierLabels", d.notes, d.missed_on as "missedOn", d.cycle, d.cycle_started_on as "cycleStartedOn",
      json_build_object('id', n.id, 'reference', n.reference, 'donor', o.name, 'receivedOn', n.received_on) as donation,
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as location,
      (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
        from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and ${isOut('i')}) as loan,
      (select json_build_object('id', s.id, 'network', s.network, 'iccid', s.iccid, 'gbPerMonth', s.gb_per_month,
          'expiresOn', s.expires_on,
          'status', case when s.status = 'active' and s.activated_on is null then 'not_started' else s.status end)
        from data_plan s where s.device_id = d.id and ${isInUse('s')}) as "dataPlan",
      ${updatesOf('d', day ?? null)} as updates,
      (select json_build_object('id', r.id, 'fault', r.fault, 'sentOn', r.sent_on, 'expectedBackOn', r.expected_back_on)
        from repair r where r.device_id = d.id and r.back_on is null and d.status = 'in_repair') as repair,
      (select json_build_object('id', x.id, 'way', x.way, 'disposedOn', x.disposed_on, 'organisation', x.organisation,
          'transferNote', x.transfer_note, 'destructionCertificate', x.destruction_certificate, 'authorisedBy', x.authorised_by, 'notes', x.notes)
        from disposal x where x.device_id = d.id) as disposal,
      coalesce((select json_agg(json_build_object('id', c.id, 'kind', c.kind, 'result', c.result, 'performedOn', c.performed_on,
          'performedBy', c.performed_by, 'evidence', c.evidence, 'notes', c.notes, 'nextDue', c.next_due,
          'expiredAt', c.expired_at) order by c.id desc)
        from preparation_check c where c.device_id = d.id and c.cycle = d.cycle and c.taken_back_at is null), '[]') as checks,
      coalesce((select json_agg(json_build_object('id', c.id, 'kind', c.kind, 'result', c.result, 'performedOn', c.performed_on,
          'takenBackAt', c.taken_back_at, 'takenBackBy', c.taken_back_by, 'reason', c.taken_back_reason) order by c.id desc)
        from preparation_check c where c.device_id = d.id and c.taken_back_at is not null), '[]') as "takenBackChecks"
    from device d join donation n on n.id = d.donation_id join organisation o on o.id = n.donor_id
      left join location p on p.id = d.location_id
    where d.id = ${id}`;
  if (!row) throw new Problem('not-found');
  return row;
}

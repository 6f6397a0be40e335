import { sql } from 'kysely';
import type { Reader } from '../shared/database.ts';
import { type ListPage, readCursor, toPage } from '../shared/lists.ts';
import { Problem } from '../shared/problem.ts';
import type { Device, DeviceQuery, DeviceSummary } from './device.schemas.ts';

/** The columns of a device in lists, of the table `device d`. */
export const summary = sql`d.id, d.asset_tag as "assetTag", d.kind, d.make, d.model, d.serial_number as "serialNumber",
  d.condition, d.status, d.changed_at as "changedAt",
  case d.status when 'in_preparation' then open_checks(d.id, d.kind, d.cycle) else '{}' end as "openChecks"`;

/** Devices, the newest first, of one status or kind when asked. */
export async function listDevices(db: Reader, query: DeviceQuery): Promise<ListPage<DeviceSummary>> {
  const [before] = readCursor(query.after, ['uuid']) ?? [];
  const { rows } = await sql<DeviceSummary>`
    select ${summary} from device d
    where true ${query.status ? sql`and d.status = ${query.status}` : sql``}
      ${query.kind ? sql`and d.kind = ${query.kind}` : sql``}
      ${before ? sql`and d.id < ${before}` : sql``}
    order by d.id desc limit ${query.limit + 1}`.execute(db);
  return toPage(rows, query.limit, (row) => [row.id]);
}

/** How many devices the list has in all. */
export async function countDevices(db: Reader, query: Pick<DeviceQuery, 'status' | 'kind'>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from device d
    where true ${query.status ? sql`and d.status = ${query.status}` : sql``} ${query.kind ? sql`and d.kind = ${query.kind}` : sql``}`.execute(
    db,
  );
  return rows[0]!.count;
}

/**
 * One device with what is known of it now.
 * @throws Problem `not-found`
 */
export async function getDevice(db: Reader, id: string): Promise<Device> {
  const { rows } = await sql<Device>`/* device.get */
    select ${summary}, d.imei, d.notes, d.cycle, d.cycle_started_on as "cycleStartedOn",
      json_build_object('id', n.id, 'reference', n.reference, 'donor', o.name, 'receivedOn', n.received_on) as donation,
      case when p.id is not null then json_build_object('id', p.id, 'name', p.name) end as location,
      (select json_build_object('id', l.id, 'reference', l.reference, 'itemId', i.id)
        from loan_item i join loan l on l.id = i.loan_id where i.device_id = d.id and i.ended_at is null) as loan,
      (select json_build_object('id', s.id, 'network', s.network, 'iccid', s.iccid, 'gbPerMonth', s.gb_per_month,
          'expiresOn', s.expires_on, 'status', s.status)
        from data_plan s where s.device_id = d.id and s.status <> 'ended') as "dataPlan",
      coalesce((select json_agg(json_build_object('id', c.id, 'kind', c.kind, 'result', c.result, 'performedOn', c.performed_on,
          'performedBy', c.performed_by, 'evidence', c.evidence, 'notes', c.notes) order by c.id desc)
        from preparation_check c where c.device_id = d.id and c.cycle = d.cycle), '[]') as checks
    from device d join donation n on n.id = d.donation_id join organisation o on o.id = n.donor_id
      left join location p on p.id = d.location_id
    where d.id = ${id}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

/** The id of the device that a scan or typed text names exactly: asset tag, IMEI or serial number; the newest when several. */
export async function findDeviceByCode(
  db: Reader,
  assetTag: string | null,
  text: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from device where asset_tag = ${assetTag}
    union all (select id from device where imei = ${text} order by id desc limit 1)
    union all (select id from device where upper(serial_number) = upper(${text}) order by id desc limit 1)
    limit 1`.execute(db);
  return rows[0]?.id;
}

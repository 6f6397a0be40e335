import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { type CheckKind, checkKinds, type DeviceKind, deviceKinds } from './device.rules.ts';

export type RequiredChecks = Record<DeviceKind, CheckKind[]>;

/** Which checks each kind of device has to pass before it is ready, in the order they are done. */
export async function getRequiredChecks(db: Reader): Promise<RequiredChecks> {
  const { rows } = await sql<{ deviceKind: DeviceKind; checks: CheckKind[] }>`/* required-check.list */
    select device_kind as "deviceKind", array_agg(kind order by position) as checks
    from required_check group by device_kind`.execute(db);
  const found = new Map(rows.map(({ deviceKind, checks }) => [deviceKind, checks]));
  return Object.fromEntries(deviceKinds.map((kind) => [kind, found.get(kind) ?? []])) as RequiredChecks;
}

/** Checks in the order they are done, each once. */
export const inOrder = (checks: readonly CheckKind[]) => checkKinds.filter((kind) => checks.includes(kind));

/**
 * Whether a check stops a device from going out though its status would let it: a required pass of
 * the present cycle that has run out by a civil date, whether or not the night has been; for a
 * reserved device, which keeps its status, any open check. A part of a query in which `device` is the
 * alias of a device's id, kind, status and cycle.
 */
export function hasOpenCheck(device: string, date: string | null) {
  const d = sql.raw(device);
  return sql<boolean>`(exists (
    select from preparation_check c
    where c.device_id = ${d}.id and c.cycle = ${d}.cycle and c.next_due <= ${date}::date
      and not exists (select from preparation_check n
        where n.device_id = c.device_id and n.cycle = c.cycle and n.kind = c.kind and n.id > c.id)
      and exists (select from required_check r where r.device_kind = ${d}.kind and r.kind = c.kind))
    or (${d}.status = 'reserved' and cardinality(open_checks(${d}.id, ${d}.kind, ${d}.cycle)) > 0))`;
}

/** The evidence of a sanitisation; what a small scheme has none of is left out. */
export type SanitisationEvidence = {
  method: string;
  technique?: string;
  tool: string;
  toolVersion?: string;
  standardVersion?: string;
  mediaType?: string;
  mediaSource?: string;
  destination?: string;
  verification?: string;
  verifiedBy: string;
  verifiedOn?: string;
  verifierTitle?: string;
  verifierLocation?: string;
  performerTitle?: string;
  performerLocation?: string;
  sdCardRemoved: boolean;
  accountLockRemoved?: boolean;
};

export type Certificates = {
  device: {
    id: string;
    assetTag: string;
    kind: DeviceKind;
    make: string;
    model: string;
    serialNumber: string | null;
    imei: string | null;
    cycle: number;
    donor: string;
  };
  /** Passed sanitisations, the newest first. */
  passed: {
    id: string;
    cycle: number;
    performedOn: string;
    performedBy: string;
    notes: string | null;
    evidence: SanitisationEvidence;
  }[];
};

/**
 * The sanitisations that a device has passed, each of which is a certificate.
 * @throws Problem `not-found`
 */
export async function getCertificates(db: Reader, deviceId: string): Promise<Certificates> {
  const { rows } = await sql<Certificates>`
    select json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model,
        'serialNumber', d.serial_number, 'imei', d.imei, 'cycle', d.cycle, 'donor', o.name) as device,
      coalesce((select json_agg(json_build_object('id', c.id, 'cycle', c.cycle, 'performedOn', c.performed_on,
          'performedBy', c.performed_by, 'notes', c.notes, 'evidence', c.evidence) order by c.id desc)
        from preparation_check c where c.device_id = d.id and c.kind = 'sanitisation' and c.result = 'pass'), '[]') as passed
    from device d join donation n on n.id = d.donation_id join organisation o on o.id = n.donor_id
    where d.id = ${deviceId}`.execute(db);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

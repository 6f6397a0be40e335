import { sql } from 'kysely';
import type { Reader } from '../../shared/database.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { each, many, maybe } from '../../shared/statements.ts';
import { type CheckKind, checkKinds, type DeviceKind, deviceKinds } from './device.rules.ts';
import { kindsOfDevice } from './device-kinds.rules.ts';
import { checksLeft } from './updates.queries.ts';

export type RequiredChecks = Record<DeviceKind, CheckKind[]>;

/** Which checks each kind of device has to pass before it is ready, in the order they are done. */
export async function getRequiredChecks(db: Reader): Promise<RequiredChecks> {
  const rows = await many(db, 'required-check.list', {
    deviceKind: col.keyOf(kindsOfDevice),
    checks: col.listOf(col.oneOf(checkKinds)),
  })`
    select device_kind as "deviceKind", array_agg(kind order by position) as checks
    from required_check group by device_kind`;
  const found = new Map(rows.map(({ deviceKind, checks }) => [deviceKind, checks]));
  return Object.fromEntries(deviceKinds.map((kind) => [kind, found.get(kind) ?? []])) as RequiredChecks;
}

/**
 * A condition that waits for the turn that whoever changes the required checks takes alone: a device
 * settled at the same time would be measured by the old ones. True, and asked once a statement.
 */
export const checksTurn = sql<boolean>`(select pg_advisory_xact_lock_shared(hashtextextended('required_check', 0)) is not null)`;

/** Checks in the order they are done, each once. */
export const inOrder = (checks: readonly CheckKind[]) => checkKinds.filter((kind) => checks.includes(kind));

/**
 * Whether a check stops a device from going out though its status would let it: a required pass of
 * the present cycle that has run out by a civil date, whether or not the night has been; for a
 * reserved device, which keeps its status, any open check. A part of a query in which `device` is the
 * alias of a device's id, kind, status, cycle and updates_end_on.
 */
export function hasOpenCheck(device: string, date: string | null) {
  const d = sql.raw(device);
  return sql<boolean>`(exists (
    select from preparation_check c
    where c.device_id = ${d}.id and c.cycle = ${d}.cycle and c.next_due <= ${date}::date and c.taken_back_at is null
      and not exists (select from preparation_check n
        where n.device_id = c.device_id and n.cycle = c.cycle and n.kind = c.kind and n.id > c.id and n.taken_back_at is null)
      and exists (select from required_check r where r.device_kind = ${d}.kind and r.kind = c.kind))
    or (${d}.status = 'reserved' and cardinality(${checksLeft(device)}) > 0))`;
}

/** The evidence of a sanitisation; what a small scheme has none of is left out. */
export const SanitisationEvidence = {
  method: col.text,
  technique: col.optional(col.text),
  tool: col.text,
  toolVersion: col.optional(col.text),
  standardVersion: col.optional(col.text),
  mediaType: col.optional(col.text),
  mediaSource: col.optional(col.text),
  destination: col.optional(col.text),
  verification: col.optional(col.text),
  verifiedBy: col.text,
  verifiedOn: col.optional(col.text),
  verifierTitle: col.optional(col.text),
  verifierLocation: col.optional(col.text),
  performerTitle: col.optional(col.text),
  performerLocation: col.optional(col.text),
  sdCardRemoved: col.boolean,
  accountLockRemoved: col.optional(col.boolean),
};
export type SanitisationEvidence = RowOf<typeof SanitisationEvidence>;

export const Certificates = {
  device: col.object({
    id: col.text,
    assetTag: col.text,
    kind: col.keyOf(kindsOfDevice),
    make: col.text,
    model: col.text,
    serialNumber: col.orNull(col.text),
    imei: col.orNull(col.text),
    cycle: col.number,
    donor: col.text,
  }),
  /** Passed sanitisations, the newest first. */
  passed: col.listOf(
    col.object({
      id: col.text,
      cycle: col.number,
      performedOn: col.text,
      performedBy: col.text,
      notes: col.orNull(col.text),
      evidence: col.object(SanitisationEvidence),
    }),
  ),
};
export type Certificates = RowOf<typeof Certificates>;

/**
 * The sanitisations that a device has passed, each of which is a certificate.
 * @throws Problem `not-found`
 */
export async function getCertificates(db: Reader, deviceId: string): Promise<Certificates> {
  const row = await maybe(db, each('check.get-certificates'), Certificates)`
    select json_build_object('id', d.id, 'assetTag', d.asset_tag, 'kind', d.kind, 'make', d.make, 'model', d.model,
        'serialNumber', d.serial_number, 'imei', d.imei, 'cycle', d.cycle, 'donor', o.name) as device,
      coalesce((select json_agg(json_build_object('id', c.id, 'cycle', c.cycle, 'performedOn', c.performed_on,
          'performedBy', c.performed_by, 'notes', c.notes, 'evidence', c.evidence) order by c.id desc)
        from preparation_check c where c.device_id = d.id and c.kind = 'sanitisation' and c.result = 'pass' and c.taken_back_at is null), '[]') as passed
    from device d join donation n on n.id = d.donation_id join organisation o on o.id = n.donor_id
    where d.id = ${deviceId}`;
  if (!row) throw new Problem('not-found');
  return row;
}

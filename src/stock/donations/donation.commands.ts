import { sql } from 'kysely';
import { findOrAddOrganisation } from '../../scheme/organisations/organisation.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { assetTag, donationReference, newId } from '../../shared/ids.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import type { DeviceKind } from '../devices/device.rules.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { assertDonationFits, deviceFaults, identifiersOf, serialKey, tidyDevice } from './donation.rules.ts';
import type { DonationRecorded, NewDonation } from './donation.schemas.ts';

/**
 * Records a delivery from a donor with its devices, all or none: each gets an asset tag and is
 * in preparation with its checks open.
 * @throws Problem `invalid` for values that are not right, `device-identifier-in-use` for devices already in stock
 */
export async function recordDonation(
  deps: Deps,
  ctx: Context,
  input: NewDonation,
): Promise<DonationRecorded> {
  return command(deps, ctx, (trx) => recordDonationIn(trx, deps, ctx, input));
}

/** The same inside a command's transaction. */
export async function recordDonationIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  input: NewDonation,
): Promise<DonationRecorded> {
  const devices = input.devices.map(tidyDevice);
  assertDonationFits(input, today(deps.clock));
  refuse(deviceFaults(devices, await identifiersInUse(trx, devices)));
  const donorId = input.donor
    ? await findOrAddOrganisation(trx, deps, input.donor.name, 'donor')
    : await existing(trx, 'organisation', input.donorId!, '/donorId');
  if (input.locationId) await existing(trx, 'location', input.locationId, '/locationId');
  const recorded = await insertDonation(trx, deps, { ...input, devices, donorId });
  await recordEvent(trx, deps, ctx, {
    type: 'donation.recorded',
    subjects: [
      ['donation', recorded.id],
      ['organisation', donorId],
      ...recorded.devices.map((device) => ['device', device.id] as ['device', string]),
    ],
    values: { reference: recorded.reference, devices: devices.length, receivedOn: input.receivedOn },
  });
  return recorded;
}

/** Devices already in stock are a conflict; whatever else is wrong is in the values. */
function refuse(faults: FieldError[][]): void {
  const errors = faults.flatMap((found, place) =>
    found.map(({ pointer, message }) => ({ pointer: `/devices/${place}/${pointer}`, message })),
  );
  if (!errors.length) return;
  const onlyTaken = errors.every(({ message }) => message.startsWith('Already in stock'));
  throw new Problem(onlyTaken ? 'device-identifier-in-use' : 'invalid', { errors });
}

/** Which of these devices' identifiers are in use, with the asset tag of each. */
export async function identifiersInUse(db: Reader | Trx, devices: NewDevice[]): Promise<Map<string, string>> {
  const imeis = devices.flatMap((device) => device.imei ?? []);
  const serials = devices.filter((device) => device.serialNumber);
  const { rows } = await sql<{
    assetTag: string;
    imei: string | null;
    make: string;
    serialNumber: string | null;
  }>`
    select asset_tag as "assetTag", imei, make, serial_number as "serialNumber" from device
    where status not in ('retired', 'gifted') and imei = any(${imeis}::text[])
    union
    select asset_tag, imei, make, serial_number from device
    where status not in ('retired', 'gifted') and (lower(make), upper(serial_number)) in (
      select lower(m), upper(s) from unnest(${serials.map((device) => device.make)}::text[], ${serials.map((device) => device.serialNumber)}::text[]) t (m, s))`.execute(
    db,
  );
  const wanted = new Set(devices.flatMap(identifiersOf).map(({ key }) => key));
  const taken = rows.flatMap((row) => [
    [`imei ${row.imei}`, row.assetTag] as const,
    [serialKey(row.make, row.serialNumber ?? ''), row.assetTag] as const,
  ]);
  return new Map(taken.filter(([key]) => wanted.has(key)));
}

async function existing(
  trx: Trx,
  table: 'organisation' | 'location',
  id: string,
  pointer: string,
): Promise<string> {
  const row = await trx.selectFrom(table).select('id').where('id', '=', id).executeTakeFirst();
  if (!row) throw invalid({ pointer, message: `There is no ${table} of this id.` });
  return row.id;
}

async function insertDonation(
  trx: Trx,
  deps: Deps,
  input: NewDonation & { donorId: string },
): Promise<DonationRecorded> {
  const at = timestamp(deps.clock);
  const id = newId();
  const numbers = await sql<{ donation: number; devices: number[] }>`
    select nextval('donation_number') as donation,
      array(select nextval('asset_tag_number') from generate_series(1, ${input.devices.length}))::int[] as devices`.execute(
    trx,
  );
  const reference = donationReference(numbers.rows[0]!.donation);
  await sql`
    insert into donation (id, reference, donor_id, donor_reference, received_on, location_id, created_at)
    values (${id}, ${reference}, ${input.donorId}, ${input.reference ?? null}, ${input.receivedOn}, ${input.locationId ?? null}, ${at})`.execute(
    trx,
  );
  const rows = input.devices.map((device, place) => ({
    id: newId(),
    asset_tag: assetTag(numbers.rows[0]!.devices[place]!),
    kind: device.kind,
    make: device.make,
    model: device.model,
    serial_number: device.serialNumber,
    imei: device.imei,
    condition: device.condition,
    notes: device.notes,
  }));
  const inserted = await sql<DonationRecorded['devices'][number] & { kind: DeviceKind }>`
    insert into device (id, asset_tag, kind, make, model, serial_number, imei, condition, notes, cycle_started_on, donation_id, location_id, created_at, changed_at)
    select id, asset_tag, kind, make, model, serial_number, imei, condition, notes, ${input.receivedOn}, ${id}, ${input.locationId ?? null}, ${at}, ${at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d (
      id uuid, asset_tag text, kind text, make text, model text, serial_number text, imei text, condition text, notes text)
    returning id, asset_tag as "assetTag", status, open_checks(id, kind, cycle) as "openChecks"`.execute(trx);
  return {
    id,
    reference,
    devices: inserted.rows.map(({ id, assetTag, status, openChecks }) => ({
      id,
      assetTag,
      status,
      openChecks,
    })),
  };
}

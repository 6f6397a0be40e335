import { findOrAddOrganisation } from '../../scheme/organisations/organisation.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { codeKey } from '../../shared/codes.ts';
import { command } from '../../shared/command.ts';
import type { Reader, Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { assetTag, donationReference, newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { each, many, maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import type { NewDevice } from '../devices/device.schemas.ts';
import { keepEarlierLabels } from '../devices/earlier-label.commands.ts';
import { openChecks } from '../devices/updates.queries.ts';
import { assertDonationFits, deviceFaults, identifiersOf, serialKey, tidyDevice } from './donation.rules.ts';
import { DonatedDevice, type DonationRecorded, type NewDonation } from './donation.schemas.ts';
import { assertNewList, keepList } from './taken-list.commands.ts';
import { textOfLines } from './taken-list.rules.ts';

/**
 * Records a delivery from a donor with its devices, all or none: each gets an asset tag and is
 * in preparation with its checks open.
 * @throws Problem `invalid` for values that are not right, `device-identifier-in-use` for devices already in stock,
 * `taken-before` when the same was recorded and this is not said to be another one
 */
export async function recordDonation(
  deps: Deps,
  ctx: Context,
  input: NewDonation,
): Promise<DonationRecorded> {
  return command(deps, ctx, (work) => addDonation(work, input));
}

/**
 * Adds a delivery with its devices to the stock.
 * @param text what the whole list says (`textOfLines`), by which it is recognised when it comes again, where not all of it is taken
 * @throws Problem as of `recordDonation`
 */
export async function addDonation(
  work: Work,
  input: NewDonation,
  text: string = textOfLines(input.devices),
): Promise<DonationRecorded> {
  const devices = input.devices.map(tidyDevice);
  assertDonationFits(input, work.today);
  await assertNew(work, devices);
  const list = { ...input, text };
  await assertNewList(work, list, input.another === true);
  const donorId = input.donor
    ? await findOrAddOrganisation(work, input.donor.name, 'donor')
    : await existing(work.trx, 'organisation', input.donorId!, '/donorId');
  if (input.locationId) await existing(work.trx, 'location', input.locationId, '/locationId');
  const recorded = await insertDonation(work, { ...input, devices, donorId });
  await keepList(work, recorded.id, list);
  await recordEvent(work, {
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

/**
 * Holds devices that come into the stock to its rules. Those already there are a conflict; whatever else is wrong is
 * in the values.
 * @param devices tidied
 * @throws Problem `invalid`, `device-identifier-in-use`
 */
export async function assertNew(work: Work, devices: NewDevice[]): Promise<void> {
  const faults = deviceFaults(devices, await identifiersInUse(work.trx, devices));
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
  const rows = await many(db, each('donation.identifiers-in-use'), {
    assetTag: col.text,
    imei: col.orNull(col.text),
    make: col.text,
    serialNumber: col.orNull(col.text),
  })`
    select asset_tag as "assetTag", imei, make, serial_number as "serialNumber" from device
    where status not in ('retired', 'gifted') and imei = any(${imeis}::text[])
    union
    select asset_tag, imei, make, serial_number from device
    where status not in ('retired', 'gifted') and code_key(serial_number) collate "C" = any(${serials.map(({ serialNumber }) => codeKey(serialNumber!))}::text[])`;
  const wanted = new Set(devices.flatMap(identifiersOf).map(({ key }) => key));
  const taken = rows.flatMap((row) => [
    [`imei ${row.imei}`, row.assetTag] as const,
    [serialKey(row.make, row.serialNumber ?? ''), row.assetTag] as const,
  ]);
  return new Map(taken.filter(([key]) => wanted.has(key)));
}

/**
 * The id of something that is there.
 * @throws Problem `invalid` at the pointer
 */
export async function existing(
  trx: Trx,
  table: 'organisation' | 'location',
  id: string,
  pointer: string,
): Promise<string> {
  const row = await maybe(
    trx,
    `donation.existing-${table}`,
    trx.selectFrom(table).select('id').where('id', '=', id),
  );
  if (!row) throw invalid({ pointer, message: `There is no ${table} of this id.` });
  return row.id;
}

async function insertDonation(
  work: Work,
  input: NewDonation & { donorId: string },
): Promise<DonationRecorded> {
  const { at } = work;
  const id = newId();
  const { number } = await one(work.trx, 'donation.number', { number: col.number })`
    select nextval('code_number') as number`;
  const reference = donationReference(number);
  await run(
    work.trx,
    'donation.insert',
    work.trx.insertInto('donation').values({
      id,
      reference,
      donor_id: input.donorId,
      donor_reference: input.reference ?? null,
      received_on: input.receivedOn,
      location_id: input.locationId ?? null,
      created_at: at,
      changed_at: at,
    }),
  );
  return { id, reference, devices: await insertDevices(work, { ...input, id }, input.devices) };
}

/**
 * Adds devices to a donation that is there: each gets an asset tag and is in preparation since it arrived.
 * @param devices tidied, and held to the rules of the stock
 * @returns them in the order given
 */
export async function insertDevices(
  work: Work,
  donation: { id: string; receivedOn: string; locationId?: string | null | undefined },
  devices: NewDevice[],
): Promise<DonationRecorded['devices']> {
  const { numbers } = await one(work.trx, 'donation.asset-tags', { numbers: col.listOf(col.number) })`
    select array(select nextval('code_number') from generate_series(1, ${devices.length}))::int[] as numbers`;
  const rows = devices.map((device, place) => ({
    id: newId(),
    asset_tag: assetTag(numbers[place]!),
    kind: device.kind,
    make: device.make,
    model: device.model,
    serial_number: device.serialNumber,
    imei: device.imei,
    condition: device.condition,
    notes: device.notes,
  }));
  const inserted = await many(work.trx, 'donation.insert-devices', DonatedDevice.properties)`
    insert into device as n (id, asset_tag, kind, make, model, serial_number, imei, condition, notes, cycle_started_on, donation_id, location_id, created_at, changed_at)
    select id, asset_tag, kind, make, model, serial_number, imei, condition, notes, ${donation.receivedOn}, ${donation.id}, ${donation.locationId ?? null}, ${work.at}, ${work.at}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as d (
      id uuid, asset_tag text, kind text, make text, model text, serial_number text, imei text, condition text, notes text)
    returning n.id, n.asset_tag as "assetTag", n.status, ${openChecks('n', work.today)} as "openChecks"`;
  await keepEarlierLabels(
    work,
    rows.map(({ id }, place) => ({ id, earlierLabels: devices[place]!.earlierLabels })),
  );
  return inserted.map(({ id, assetTag, status, openChecks }) => ({ id, assetTag, status, openChecks }));
}

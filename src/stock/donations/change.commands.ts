import { findOrAddOrganisation } from '../../scheme/organisations/organisation.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Deps } from '../../shared/deps.ts';
import { differing } from '../../shared/differing.ts';
import { etagOf, requireMatch } from '../../shared/etag.ts';
import { recordEvent } from '../../shared/events.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import { maybe, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import type { DonationChange } from './change.schemas.ts';
import { existing } from './donation.commands.ts';
import { getDonation } from './donation.queries.ts';
import type { Donation } from './donation.schemas.ts';
import { firstHappening } from './presence.queries.ts';
import { arrivalRefusal } from './presence.rules.ts';

/** The version of what is recorded of a donation, for If-Match. */
export const donationTag = ({ id, changedAt }: Pick<Donation, 'id' | 'changedAt'>) => etagOf(id, changedAt);

type Described = {
  donor: string;
  receivedOn: string;
  reference: string | null;
  location: string | null;
  notes: string | null;
};
type Part = keyof Described;

/**
 * Corrects what was recorded of a donation. Its devices arrived on the day that it says then, and count for the donor
 * that it names. `ctx.ifMatch` is the ETag of the donation that the author saw.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid`, also for a day after something that
 * happened to one of its devices
 */
export async function changeDonation(
  deps: Deps,
  ctx: Context,
  id: string,
  change: DonationChange,
): Promise<Donation & { changed: Part[] }> {
  return command(deps, ctx, async (work) => {
    await lockDonation(work, id);
    const kept = await getDonation(work.trx, id, work.today);
    requireMatch(ctx.ifMatch, donationTag(kept));
    const before = describe(kept);
    await assertArrived(work, id, { change, before });
    const next = await describedBy(work, before, change);
    const changed = differing(before, next, Object.keys(before) as Part[]);
    if (!changed.length) return { ...kept, changed };
    await write(work, id, next);
    if (changed.includes('receivedOn')) await beginThen(work, id, next.receivedOn);
    const logged = ({ donor, receivedOn, location }: Described) => ({
      ...(changed.includes('donor') && { donorId: donor }),
      ...(changed.includes('receivedOn') && { receivedOn }),
      ...(changed.includes('location') && { locationId: location }),
    });
    await recordEvent(work, {
      type: 'donation.corrected',
      subjects: [
        ['donation', id],
        ['organisation', before.donor],
        ...(changed.includes('donor') ? [['organisation', next.donor] as ['organisation', string]] : []),
      ],
      values: { changed, before: logged(before), after: logged(next) },
      fields: changed.filter((name) => name === 'reference' || name === 'notes'),
    });
    return { ...(await getDonation(work.trx, id, work.today)), changed };
  });
}

/**
 * Locks a donation, so that its lines are changed by one at a time.
 * @throws Problem `not-found`
 */
export async function lockDonation({ trx }: Work, id: string) {
  const row = await maybe(
    trx,
    'donation.lock',
    trx
      .selectFrom('donation')
      .select([
        'id',
        'reference',
        'donor_id as donorId',
        'received_on as receivedOn',
        'location_id as locationId',
      ])
      .where('id', '=', id)
      .forNoKeyUpdate(),
  );
  if (!row) throw new Problem('not-found');
  return row;
}

const describe = ({ donor, receivedOn, donorReference, location, notes }: Donation): Described => ({
  donor: donor.id,
  receivedOn,
  reference: donorReference,
  location: location?.id ?? null,
  notes,
});

async function describedBy(work: Work, before: Described, change: DonationChange): Promise<Described> {
  const { donor, donorId, locationId, reference, notes, receivedOn = before.receivedOn } = change;
  return {
    donor: donor
      ? await findOrAddOrganisation(work, donor.name, 'donor')
      : donorId
        ? await existing(work.trx, 'organisation', donorId, '/donorId')
        : before.donor,
    receivedOn,
    reference: reference === undefined ? before.reference : (reference?.trim() ?? null),
    location:
      locationId && locationId !== before.location
        ? await existing(work.trx, 'location', locationId, '/locationId')
        : locationId === undefined
          ? before.location
          : locationId,
    notes: notes === undefined ? before.notes : (notes?.trim() ?? null),
  };
}

/** A later day is held to what happened to the devices, which stand still meanwhile. */
async function assertArrived(
  work: Work,
  id: string,
  { change, before }: { change: DonationChange; before: Described },
): Promise<void> {
  const { donor, donorId, receivedOn } = change;
  const errors: FieldError[] = [];
  if (donor && donorId)
    errors.push({ pointer: '/donor', message: 'Give either the donor’s name or a donorId.' });
  if (receivedOn && receivedOn > work.today)
    errors.push({ pointer: '/receivedOn', message: 'This date is in the future. Give the day it arrived.' });
  else if (receivedOn && receivedOn > before.receivedOn) {
    await run(work.trx, 'donation.lock-devices')`
      select from device where donation_id = ${id} order by id for no key update`;
    const message = arrivalRefusal(receivedOn, await firstHappening(work.trx, id));
    if (message) errors.push({ pointer: '/receivedOn', message });
  }
  if (errors.length) throw invalid(...errors);
}

async function write({ trx, at }: Work, id: string, next: Described): Promise<void> {
  await run(
    trx,
    'donation.change',
    trx
      .updateTable('donation')
      .set({
        donor_id: next.donor,
        received_on: next.receivedOn,
        donor_reference: next.reference,
        location_id: next.location,
        notes: next.notes,
        changed_at: at,
      })
      .where('id', '=', id),
  );
}

/** The first preparation of its devices began when they arrived. */
async function beginThen({ trx, at }: Work, id: string, day: string): Promise<void> {
  await run(trx, 'donation.begin-then')`
    with d as materialized (
      select id from device where donation_id = ${id} and cycle = 1 and not taken_over order by id for no key update
    )
    update device set cycle_started_on = ${day}::date, changed_at = ${at}::timestamptz from d where device.id = d.id`;
}

import { sql } from 'kysely';
import { lockPatient } from '../people/contact-point.commands.ts';
import { requireLocation } from '../scheme/organisations/location.queries.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { getDropIn } from './drop-in.queries.ts';
import type { DropIn, DropInChange, NewDropIn, NewDropInPerson } from './drop-in.schemas.ts';
import { assertSupporter } from './follow-up.commands.ts';
import { skippedTime } from './slot.rules.ts';

/**
 * Writes down a drop-in, that is planned or has been.
 * @throws Problem `invalid` for an unknown place or supporter, a day far away or a time that the clocks skip, `conflict` for one at the same place and time
 */
export async function addDropIn(deps: Deps, ctx: Context, input: NewDropIn): Promise<DropIn> {
  const day = today(deps.clock);
  if (input.heldOn > addDays(day, 366) || input.heldOn < addDays(day, -366))
    throw invalid({ pointer: '/heldOn', message: 'Give a day within a year of today.' });
  const errors = skippedTime(input.heldOn, input.startsAt);
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (trx) => {
    await requireLocation(trx, input.locationId);
    if (input.supporterId) await assertSupporter(trx, input.supporterId);
    const id = newId();
    const at = timestamp(deps.clock);
    await sql`/* drop-in.add */
      insert into drop_in (id, location_id, held_on, starts_at, minutes, supporter_id, note, created_at, changed_at)
      values (${id}, ${input.locationId}, ${input.heldOn}, ${input.startsAt}, ${input.minutes}, ${input.supporterId ?? null},
        ${input.note ?? null}, ${at}, ${at})`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'drop_in.added',
      subjects: [
        ['drop_in', id],
        ['location', input.locationId],
      ],
      values: { dueOn: input.heldOn, startsAt: input.startsAt },
      fields: input.note ? ['note'] : [],
    });
    return getDropIn(deps, trx, id);
  });
}

/**
 * Writes down how many others came and what is to be noted, or that it does not take place.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `conflict` when people came, or it was cancelled
 */
export async function changeDropIn(
  deps: Deps,
  ctx: Context,
  id: string,
  change: DropInChange,
  ifMatch: string | undefined,
): Promise<DropIn> {
  return command(deps, ctx, async (trx) => {
    const before = await lockDropIn(trx, deps, id);
    requireMatch(ifMatch, etagOf(id, before.changedAt));
    if (change.cancelled && before.people.length + (change.others ?? before.others) > 0)
      throw new Problem('conflict', { detail: 'People came, so it took place.' });
    const at = timestamp(deps.clock);
    await sql`/* drop-in.change */
      update drop_in set others = ${change.others ?? before.others}, note = ${change.note === undefined ? before.note : change.note},
        cancelled_at = ${change.cancelled ? at : null}, changed_at = ${at} where id = ${id}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: change.cancelled ? 'drop_in.cancelled' : 'drop_in.changed',
      subjects: [['drop_in', id]],
      values: change.others === undefined ? {} : { count: change.others },
      fields: change.note === undefined ? [] : ['note'],
    });
    return getDropIn(deps, trx, id);
  });
}

/**
 * Writes down that someone came, and what they asked about. Written down twice, what was said last holds.
 * @throws Problem `not-found`, `invalid` for an unknown person, `conflict` for one that was cancelled or is still to come, `merge-refused`
 */
export async function addDropInPerson(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewDropInPerson,
): Promise<DropIn> {
  return command(deps, ctx, async (trx) => {
    await lockPatient(trx, input.patientId).catch((error: unknown) => {
      if (error instanceof Problem && error.type === 'not-found')
        throw invalid({ pointer: '/patientId', message: 'There is no such patient.' });
      throw error;
    });
    const before = await lockDropIn(trx, deps, id);
    if (before.heldOn > today(deps.clock))
      throw new Problem('conflict', { detail: 'It is still to come. Write down who came on the day.' });
    const at = timestamp(deps.clock);
    await sql`/* drop-in.add-person */
      with known as (
        update drop_in_person set topics = ${input.topics ?? []}::text[], note = ${input.note ?? null}
        where drop_in_id = ${id} and patient_id = ${input.patientId} returning 1
      ), d as (update drop_in set changed_at = ${at} where id = ${id})
      insert into drop_in_person (id, drop_in_id, patient_id, topics, note, at)
      select ${newId()}, ${id}, ${input.patientId}, ${input.topics ?? []}::text[], ${input.note ?? null}, ${at}
      where not exists (select from known)`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'drop_in.attended',
      subjects: [
        ['drop_in', id],
        ['patient', input.patientId],
      ],
      values: { dueOn: before.heldOn },
      fields: ['topics', ...(input.note ? ['note'] : [])],
    });
    return getDropIn(deps, trx, id);
  });
}

async function lockDropIn(trx: Trx, deps: Deps, id: string): Promise<DropIn> {
  await sql`/* drop-in.lock */ select from drop_in where id = ${id} for no key update`.execute(trx);
  const found = await getDropIn(deps, trx, id);
  if (found.status === 'cancelled')
    throw new Problem('conflict', { detail: 'It did not take place. Add another.' });
  return found;
}

import { lockPatient } from '../people/contact-point.commands.ts';
import { requireLocation } from '../scheme/organisations/location.queries.ts';
import type { Context } from '../shared/actor.ts';
import { addDays, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { etagOf, requireMatch } from '../shared/etag.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { getDropIn, peopleSupported } from './drop-in.queries.ts';
import type { DropIn, DropInChange, NewDropIn, NewDropInPerson } from './drop-in.schemas.ts';
import { attendanceCounts } from './drop-in.states.ts';
import { assertSupporter } from './follow-up.commands.ts';
import { skippedTime } from './slot.rules.ts';

/**
 * Writes down a drop-in, that is planned or has been.
 * A supporter writes down their own.
 * @throws Problem `invalid` for an unknown place or supporter, a day far away or a time that the clocks skip, `conflict` for one at the same place and time, `not-allowed` for a supporter who gives it to someone else
 */
export async function addDropIn(deps: Deps, ctx: Context, input: NewDropIn): Promise<DropIn> {
  const day = today(deps.clock);
  if (input.heldOn > addDays(day, 366) || input.heldOn < addDays(day, -366))
    throw invalid({ pointer: '/heldOn', message: 'Give a day within a year of today.' });
  const errors = skippedTime(input.heldOn, input.startsAt);
  if (errors.length) throw new Problem('invalid', { errors });
  const supporterId = input.supporterId ?? (ctx.actor.role === 'supporter' ? ctx.actor.id : null);
  assertOwn(ctx, supporterId);
  const id = newId();
  await command(deps, ctx, async (work) => {
    await requireLocation(work.trx, input.locationId);
    if (supporterId) await assertSupporter(work.trx, supporterId);
    const { at } = work;
    await run(
      work.trx,
      'drop-in.add',
      work.trx.insertInto('drop_in').values({
        id,
        location_id: input.locationId,
        held_on: input.heldOn,
        starts_at: input.startsAt,
        minutes: input.minutes,
        supporter_id: supporterId,
        note: input.note ?? null,
        created_at: at,
        changed_at: at,
      }),
    );
    await recordEvent(work, {
      type: 'drop_in.added',
      subjects: [
        ['drop_in', id],
        ['location', input.locationId],
      ],
      values: { dueOn: input.heldOn, startsAt: input.startsAt },
      fields: input.note ? ['note'] : [],
    });
  });
  return getDropIn(deps, deps.db, ctx.actor, id);
}

/**
 * Writes down how many others came and what is to be noted, gives it to a supporter or to nobody, or that it does not take place.
 * @throws Problem `not-found`, `if-match-required`, `changed-meanwhile`, `invalid` for someone who does none, `conflict` when people came, it was cancelled or was recorded by mistake, `not-allowed` for a supporter who gives it away
 */
export async function changeDropIn(
  deps: Deps,
  ctx: Context,
  id: string,
  change: DropInChange,
): Promise<DropIn> {
  await command(deps, ctx, async (work) => {
    const before = await lockDropIn(work, id);
    requireMatch(ctx.ifMatch, etagOf(id, before.changedAt));
    if (change.cancelled && before.known + before.tallied + (change.others ?? before.others) > 0)
      throw new Problem('conflict', { detail: 'People came, so it took place.' });
    const { supporterId = before.supporter?.id ?? null } = change;
    const isGiven = supporterId !== (before.supporter?.id ?? null);
    if (isGiven) assertOwn(ctx, supporterId);
    if (isGiven && supporterId) await assertSupporter(work.trx, supporterId);
    const { at } = work;
    await run(
      work.trx,
      'drop-in.change',
      work.trx
        .updateTable('drop_in')
        .set({
          others: change.others ?? before.others,
          note: change.note === undefined ? before.note : change.note,
          supporter_id: supporterId,
          cancelled_at: change.cancelled ? at : null,
          changed_at: at,
        })
        .where('id', '=', id),
    );
    await recordEvent(work, {
      type: change.cancelled ? 'drop_in.cancelled' : 'drop_in.changed',
      subjects: [['drop_in', id]],
      values: change.others === undefined ? {} : { count: change.others },
      fields: change.note === undefined ? [] : ['note'],
    });
    if (isGiven)
      await recordEvent(work, {
        type: 'drop_in.assigned',
        subjects: [['drop_in', id]],
        values: { supporterId },
      });
  });
  return getDropIn(deps, deps.db, ctx.actor, id);
}

/**
 * Writes down that someone came, and what they asked about. Written down twice, what was said last holds.
 * @throws Problem `not-found`, `invalid` for an unknown person, `conflict` for one that was cancelled, was recorded by mistake or is still to come, `merge-refused`
 */
export async function addDropInPerson(
  deps: Deps,
  ctx: Context,
  id: string,
  input: NewDropInPerson,
): Promise<DropIn> {
  await command(deps, ctx, async (work) => {
    await lockPatient(work.trx, input.patientId).catch((error: unknown) => {
      if (error instanceof Problem && error.type === 'not-found') throw unknownPatient();
      throw error;
    });
    if (ctx.actor.role === 'supporter') {
      const supported = await peopleSupported(work.trx, ctx.actor);
      if (!supported.some(({ id: known }) => known === input.patientId)) throw unknownPatient();
    }
    const before = await lockDropIn(work, id);
    assertBegun(work, before);
    const { at } = work;
    await run(work.trx, 'drop-in.add-person')`
      with known as (
        update drop_in_person set topics = ${input.topics ?? []}::text[], note = ${input.note ?? null}
        where drop_in_id = ${id} and patient_id = ${input.patientId} and ${attendanceCounts()} returning 1
      ), d as (update drop_in set changed_at = ${at} where id = ${id})
      insert into drop_in_person (id, drop_in_id, patient_id, topics, note, at)
      select ${newId()}, ${id}, ${input.patientId}, ${input.topics ?? []}::text[], ${input.note ?? null}, ${at}
      where not exists (select from known)`;
    await recordEvent(work, {
      type: 'drop_in.attended',
      subjects: [
        ['drop_in', id],
        ['patient', input.patientId],
      ],
      values: { dueOn: before.heldOn },
      fields: ['topics', ...(input.note ? ['note'] : [])],
    });
  });
  return getDropIn(deps, deps.db, ctx.actor, id);
}

const unknownPatient = () => invalid({ pointer: '/patientId', message: 'There is no such patient.' });

/** A supporter keeps what is theirs. @throws Problem `not-allowed` */
function assertOwn({ actor }: Context, supporterId: string | null): void {
  if (actor.role === 'supporter' && supporterId !== actor.id) throw new Problem('not-allowed');
}

/** Who came is written down on the day. @throws Problem `conflict` */
export function assertBegun(work: Work, { heldOn }: DropIn): void {
  if (heldOn > work.today)
    throw new Problem('conflict', { detail: 'It is still to come. Write down who came on the day.' });
}

/**
 * Locks a drop-in that stands.
 * @throws Problem `not-found`, `conflict` for one that was cancelled or recorded by mistake
 */
export async function lockDropIn(work: Work, id: string): Promise<DropIn> {
  await run(work.trx, 'drop-in.lock', work.trx.selectFrom('drop_in').where('id', '=', id).forNoKeyUpdate());
  const found = await getDropIn(work.deps, work.trx, work.ctx.actor, id);
  if (found.takenBack) throw new Problem('conflict', { detail: 'It was recorded by mistake. Add another.' });
  if (found.status === 'cancelled')
    throw new Problem('conflict', { detail: 'It did not take place. Add another.' });
  return found;
}

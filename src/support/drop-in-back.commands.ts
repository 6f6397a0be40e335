import { may } from '../access/permissions.ts';
import type { Actor, Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { type NewEvent, recordEvents } from '../shared/events.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import { tooLateToTakeBack } from '../shared/taking-back.rules.ts';
import { assertTakesBack, type TakingBack } from '../shared/taking-back.ts';
import type { Work } from '../shared/work.ts';
import { getDropIn } from './drop-in.queries.ts';
import type { DropIn } from './drop-in.schemas.ts';
import { attendanceCounts } from './drop-in.states.ts';
import { getAttendance, lateOfDropIn } from './drop-in-back.queries.ts';
import { actionToTakeBackDropIn, whyDropInStays } from './drop-in-back.rules.ts';
import type { DropInTakingBack } from './drop-in-back.schemas.ts';

/**
 * Takes back a drop-in that was recorded by mistake, with all who are written down at it where that is said: it stays
 * and counts nowhere. Taken back already is harmless.
 * @throws Problem `not-found`; `not-allowed` where the table says so; `taking-back-refused` after the limit of days, or
 * where others came than was said
 */
export async function takeBackDropIn(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason, people = 0 }: DropInTakingBack,
): Promise<DropIn> {
  await command(deps, ctx, async (work) => {
    await lock(work, id);
    const dropIn = await getDropIn(deps, work.trx, ctx.actor, id);
    if (dropIn.takenBack) return;
    assertMay(ctx, (await lateOfDropIn(work.trx, id, work.at)).isLate);
    assertTakesBack(whyDropInStays(dropIn.known, people));
    const given = { taken_back_at: work.at, taken_back_by: ctx.actor.name, taken_back_reason: reason };
    await run(
      work.trx,
      'drop-in.take-back',
      work.trx
        .updateTable('drop_in')
        .set({ ...given, changed_at: work.at })
        .where('id', '=', id),
    );
    const events = await takeBackPeople(work, dropIn, reason);
    await recordEvents(work, [
      ...events,
      {
        type: 'drop_in.taken_back',
        subjects: [
          ['drop_in', id],
          ['location', dropIn.place.id],
        ],
        values: { dueOn: dropIn.heldOn, count: events.length },
        fields: ['reason'],
      },
    ]);
  });
  return getDropIn(deps, deps.db, ctx.actor, id);
}

/**
 * Takes back that someone came to a drop-in, which was recorded by mistake: it stays and counts nowhere. Taken back
 * already is harmless.
 * @throws Problem `not-found`; `not-allowed` where the table says so; `taking-back-refused` after the limit of days
 */
export async function takeBackAttendance(
  deps: Deps,
  ctx: Context,
  id: string,
  { reason }: TakingBack,
): Promise<DropIn> {
  const ofDropIn = await command(deps, ctx, async (work) => {
    const { dropInId } = await getAttendance(work.trx, ctx.actor, id, work.at);
    await lock(work, dropInId);
    const attendance = await getAttendance(work.trx, ctx.actor, id, work.at);
    const dropIn = await getDropIn(deps, work.trx, ctx.actor, dropInId);
    if (attendance.isTakenBack) return dropInId;
    assertMay(ctx, attendance.isLate);
    await run(
      work.trx,
      'drop-in.change-of-people',
      work.trx.updateTable('drop_in').set({ changed_at: work.at }).where('id', '=', dropInId),
    );
    await recordEvents(work, await takeBackPeople(work, dropIn, reason, id));
    return dropInId;
  });
  return getDropIn(deps, deps.db, ctx.actor, ofDropIn);
}

/** Whether someone may take back what was written down of a drop-in. */
export const mayTakeBackDropIn = (actor: Actor, when: { isLate: boolean }): boolean =>
  may(actor, actionToTakeBackDropIn(when));

/** Why what was written down of a drop-in stays, for someone who could take it back within the limit; nothing where they can. */
export const whyTooLate = (actor: Actor, when: { isLate: boolean }): string | undefined =>
  mayTakeBackDropIn(actor, when) ? undefined : tooLateToTakeBack;

/** @throws Problem `not-allowed`, `taking-back-refused` after the limit of days for who may only within it */
export function assertMay({ actor }: Context, isLate: boolean): void {
  if (!mayTakeBackDropIn(actor, { isLate: false })) throw new Problem('not-allowed');
  assertTakesBack(whyTooLate(actor, { isLate }));
}

/** Whoever writes down who came waits for this, and finds how it is then. */
async function lock(work: Work, id: string): Promise<void> {
  await run(
    work.trx,
    'drop-in.lock-to-take-back',
    work.trx.selectFrom('drop_in').where('id', '=', id).forNoKeyUpdate(),
  );
}

/** Marks one of those who came to a drop-in, or all, as written down by mistake. @returns what to record of it */
async function takeBackPeople(
  work: Work,
  { id, heldOn }: DropIn,
  reason: string,
  only: string | null = null,
): Promise<NewEvent[]> {
  const rows = await many(work.trx, 'drop-in.take-back-people', { patientId: col.text })`
    update drop_in_person x set taken_back_at = ${work.at}, taken_back_by = ${work.ctx.actor.name}, taken_back_reason = ${reason}
    where x.drop_in_id = ${id} and (${only}::uuid is null or x.id = ${only}::uuid) and ${attendanceCounts('x')}
    returning x.patient_id as "patientId"`;
  return rows.map(({ patientId }) => ({
    type: 'drop_in.attendance_taken_back',
    subjects: [
      ['drop_in', id],
      ['patient', patientId],
    ],
    values: { dueOn: heldOn },
    fields: ['reason'],
  }));
}

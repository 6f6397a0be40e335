import { dbsCountsUntil } from '../access/staff.rules.ts';
import type { Context } from '../shared/actor.ts';
import { addDays } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvents } from '../shared/events.ts';
import { invalid } from '../shared/problem.ts';
import { col, type RowOf } from '../shared/rows.ts';
import { many, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { type Assignment, assign, Helper, type Left, mondayOf, ToAssign } from './assignment.rules.ts';
import type { Assigned, NewAssignments } from './assignment.schemas.ts';
import { overlapping } from './clash.queries.ts';
import { assertSupporter } from './follow-up.commands.ts';
import { maySupport } from './follow-up.queries.ts';
import { isAhead } from './follow-up.states.ts';
import { followUpStatuses } from './support.rules.ts';

/**
 * Gives follow-ups that are ahead to supporters, many at once: by hand, to whom each person knows, or spread
 * over who has time. What cannot be given stays as it is and is answered with why. Two who do this at once
 * take turns, so that nobody's time is given away twice.
 * @throws Problem `invalid` for an unknown supporter, or one named where they are not chosen by hand
 */
export async function assignFollowUps(deps: Deps, ctx: Context, input: NewAssignments): Promise<Assigned> {
  const byHand = input.how === 'by_hand';
  if (byHand !== (input.supporterId !== undefined))
    throw invalid({
      pointer: '/supporterId',
      message: byHand ? 'Say who does them.' : 'Leave this out: they are chosen for you.',
    });
  return command(deps, ctx, async (work) => {
    const found = await lockAll(
      work.trx,
      input.followUps.map(({ followUpId }) => followUpId),
    );
    const left: { followUpId: string; why: Left }[] = [];
    const open = input.followUps.flatMap(({ followUpId, insteadOf }) => {
      const followUp = found.find(({ id }) => id === followUpId);
      const why = !followUp
        ? 'not_found'
        : !isAhead.of(followUp.status)
          ? 'settled'
          : followUp.supporterId !== insteadOf
            ? 'changed'
            : null;
      if (why) left.push({ followUpId, why });
      return why ? [] : [followUp!];
    });
    const chosen =
      input.how === 'by_hand'
        ? await byHandOf(work.trx, open, input.supporterId!)
        : await chooseOf(work.trx, open, input.how);
    left.push(...chosen.flatMap((one) => ('why' in one ? [{ followUpId: one.id, why: one.why }] : [])));
    const given = chosen.flatMap((one) => ('why' in one ? [] : [one]));
    await write(work, given, found);
    const clashing = byHand ? await clashingOf(work.trx, given) : [];
    return {
      clashing,
      assigned: given.map(({ id, supporterId }) => ({ followUpId: id, supporterId })),
      left,
    };
  });
}

const Found = { ...ToAssign, status: col.oneOf(followUpStatuses), supporterId: col.orNull(col.text) };
type Found = RowOf<typeof Found>;
type Given = { id: string; supporterId: string | null };

/** The people, then their follow-ups, then who may do them: each set in one order. */
async function lockAll(trx: Trx, ids: string[]): Promise<Found[]> {
  await run(trx, 'assignment.lock-patients')`
    select from patient where id in (select patient_id from follow_up where id = any(${ids}::uuid[])) order by id for no key update`;
  const rows = await many(trx, 'assignment.lock-follow-ups', Found)`
    select f.id, f.patient_id as "patientId", f.due_on as "dueOn", to_char(f.starts_at, 'HH24:MI') as "startsAt", f.minutes, f.way, f.status,
      f.supporter_id as "supporterId",
      (select b.supporter_id from follow_up b where b.patient_id = f.patient_id and b.supporter_id is not null and b.id <> f.id
        order by b.status = 'done' desc, b.due_on desc, b.id desc limit 1) as "usualId"
    from follow_up f where f.id = any(${ids}::uuid[]) order by f.id for update of f`;
  await run(trx, 'assignment.lock-staff')`
    select from staff where ${maySupport} order by id for no key update`;
  return rows;
}

async function byHandOf(trx: Trx, open: Found[], supporterId: string | null): Promise<Given[]> {
  if (supporterId) await assertSupporter(trx, supporterId);
  return open.map(({ id }) => ({ id, supporterId }));
}

/** What is booked in the weeks concerned is read after the locks: who was before us may have given some away. */
async function chooseOf(trx: Trx, open: Found[], how: 'usual' | 'spread'): Promise<Assignment[]> {
  if (!open.length) return [];
  const days = open.map(({ dueOn }) => dueOn).sort();
  const rows = await many(trx, 'assignment.helpers', {
    ...col.omit(Helper, 'dbsUntil'),
    dbsCheckedOn: col.orNull(col.text),
  })`
    select p.id, p.role = 'supporter' as "isSupporter", p.weekly_minutes as "weeklyMinutes", p.dbs_checked_on as "dbsCheckedOn",
      coalesce((select json_agg(json_build_object('dueOn', f.due_on, 'startsAt', to_char(f.starts_at, 'HH24:MI'), 'minutes', f.minutes))
        from follow_up f where f.supporter_id = p.id and f.status <> 'cancelled' and f.id <> all(${open.map(({ id }) => id)}::uuid[])
          and f.due_on between ${mondayOf(days[0]!)}::date and ${addDays(mondayOf(days.at(-1)!), 6)}::date), '[]') as booked
    from staff p where ${maySupport} order by p.id`;
  const helpers = rows.map(({ dbsCheckedOn, ...helper }) => ({
    ...helper,
    dbsUntil: dbsCheckedOn && dbsCountsUntil(dbsCheckedOn),
  }));
  return assign(open, helpers, how);
}

async function clashingOf(trx: Trx, given: Given[]): Promise<string[]> {
  const rows = await many(trx, 'assignment.clashing', { id: col.text })`
    select f.id from follow_up f where f.id = any(${given.map(({ id }) => id)}::uuid[]) and exists (${overlapping}) order by f.id`;
  return rows.map(({ id }) => id);
}

async function write(work: Work, given: Given[], found: Found[]): Promise<void> {
  if (!given.length) return;
  await run(work.trx, 'assignment.write')`
    update follow_up f set supporter_id = x."supporterId", changed_at = ${work.at}
    from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) x (id uuid, "supporterId" uuid) where f.id = x.id`;
  await recordEvents(
    work,
    given.map(({ id, supporterId }) => ({
      type: 'follow_up.changed',
      subjects: [
        ['follow_up', id],
        ['patient', found.find((one) => one.id === id)!.patientId],
      ],
      values: { supporterId },
    })),
  );
}

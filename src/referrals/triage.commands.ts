import { sql } from 'kysely';
import { permissions } from '../access/permissions.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, recordEvents, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { lockReferral } from './locking.commands.ts';
import type {
  Assigned,
  AssignedMany,
  NewAssignment,
  NewAssignments,
  NewNote,
  Note,
} from './triage.schemas.ts';

const subjects = (referralId: string, patientId: string): [SubjectType, string][] => [
  ['referral', referralId],
  ['patient', patientId],
];

/**
 * Gives a referral to a member of staff who decides about referrals, or back to everyone. The same again is harmless.
 * @throws Problem `not-found`, `invalid`, `changed-meanwhile` when it is someone else's by now
 */
export async function assignReferral(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { staffId, insteadOf }: NewAssignment,
): Promise<Assigned> {
  return command(deps, ctx, async (trx) => {
    const { patientId } = await lockReferral(trx, ctx.actor, referralId);
    const [now, then] = await Promise.all([
      assignee(trx, referralId),
      staffId ? decider(trx, staffId) : null,
    ]);
    if (now?.id === then?.id) return { assignedTo: then };
    if ((now?.id ?? null) !== insteadOf)
      throw new Problem('changed-meanwhile', {
        detail: now ? `${now.name} has it now. Take it over only when you agreed.` : 'It is nobody’s now.',
      });
    await sql`update referral set assigned_to = ${staffId} where id = ${referralId}`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'referral.assigned',
      subjects: subjects(referralId, patientId),
      values: { staffId },
    });
    return { assignedTo: then };
  });
}

/**
 * Gives many referrals to a member of staff, or back to everyone. One that is someone else's by now than was seen
 * stays theirs. Few statements, however many.
 * @throws Problem `invalid`
 */
export async function assignReferrals(
  deps: Deps,
  ctx: Context,
  { referrals, staffId }: NewAssignments,
): Promise<AssignedMany> {
  return command(deps, ctx, async (trx) => {
    const assignedTo = staffId ? await decider(trx, staffId) : null;
    const seen = new Map(referrals.map(({ referralId, insteadOf }) => [referralId, insteadOf]));
    const { rows } = await sql<{
      id: string;
      patientId: string;
      staffId: string | null;
    }>`/* referral.lock-many */
      select r.id, r.patient_id as "patientId", r.assigned_to as "staffId" from referral r
      where r.id = any(${[...seen.keys()]}::uuid[]) order by r.id for no key update`.execute(trx);
    const theirs = rows.filter((row) => row.staffId === staffId);
    const given = rows.filter((row) => row.staffId !== staffId && row.staffId === seen.get(row.id));
    await sql`/* referral.assign-many */
      update referral set assigned_to = ${staffId} where id = any(${given.map(({ id }) => id)}::uuid[])`.execute(
      trx,
    );
    await recordEvents(
      trx,
      deps,
      ctx,
      given.map(({ id, patientId }) => ({
        type: 'referral.assigned',
        subjects: subjects(id, patientId),
        values: { staffId },
      })),
    );
    const now = given.length + theirs.length;
    return { assignedTo, given: now, left: seen.size - now };
  });
}

async function assignee(trx: Trx, referralId: string): Promise<Assigned['assignedTo']> {
  const { rows } = await sql<{ id: string; name: string }>`/* referral.assignee */
    select s.id, s.name from referral r join staff s on s.id = r.assigned_to where r.id = ${referralId}`.execute(
    trx,
  );
  return rows[0] ?? null;
}

async function decider(trx: Trx, staffId: string): Promise<Assigned['assignedTo']> {
  const { rows } = await sql<{ id: string; name: string }>`/* referral.decider */
    select id, name from staff where id = ${staffId} and suspended_at is null
      and role = any(${[...permissions['referrals.decide']]}::text[])`.execute(trx);
  if (!rows[0])
    throw invalid({ pointer: '/staffId', message: 'Choose an officer or a manager who works here now.' });
  return rows[0];
}

/**
 * Adds a note for the office to a referral. Notes stay as they were written.
 * @throws Problem `not-found`
 */
export async function noteReferral(
  deps: Deps,
  ctx: Context,
  referralId: string,
  { note }: NewNote,
): Promise<Note> {
  return command(deps, ctx, async (trx) => {
    const { patientId } = await lockReferral(trx, ctx.actor, referralId);
    const written = { id: newId(), note: note.trim(), at: timestamp(deps.clock), by: ctx.actor.name };
    await sql`insert into referral_note (id, referral_id, note, at, by_name)
      values (${written.id}, ${referralId}, ${written.note}, ${written.at}, ${written.by})`.execute(trx);
    await recordEvent(trx, deps, ctx, {
      type: 'referral.noted',
      subjects: subjects(referralId, patientId),
      fields: ['note'],
    });
    return written;
  });
}

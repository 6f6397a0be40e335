import { mayDecide } from '../access/decider.queries.ts';
import type { Context } from '../shared/actor.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, recordEvents, type SubjectType } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, run } from '../shared/statements.ts';
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
  return command(deps, ctx, async (work) => {
    const { patientId } = await lockReferral(work.trx, ctx.actor, referralId);
    const [now, then] = await Promise.all([
      assignee(work.trx, referralId),
      staffId ? decider(work.trx, staffId) : null,
    ]);
    if (now?.id === then?.id) return { assignedTo: then };
    if ((now?.id ?? null) !== insteadOf)
      throw new Problem('changed-meanwhile', {
        detail: now ? `${now.name} has it now. Take it over only when you agreed.` : 'It is nobody’s now.',
      });
    await run(
      work.trx,
      'triage.assign-referral',
      work.trx.updateTable('referral').set({ assigned_to: staffId }).where('id', '=', referralId),
    );
    await recordEvent(work, {
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
  return command(deps, ctx, async (work) => {
    const assignedTo = staffId ? await decider(work.trx, staffId) : null;
    const seen = new Map(referrals.map(({ referralId, insteadOf }) => [referralId, insteadOf]));
    const rows = await many(work.trx, 'referral.lock-many', {
      id: col.text,
      patientId: col.text,
      staffId: col.orNull(col.text),
    })`
      select r.id, r.patient_id as "patientId", r.assigned_to as "staffId" from referral r
      where r.id = any(${[...seen.keys()]}::uuid[]) order by r.id for no key update`;
    const theirs = rows.filter((row) => row.staffId === staffId);
    const given = rows.filter((row) => row.staffId !== staffId && row.staffId === seen.get(row.id));
    await run(work.trx, 'referral.assign-many')`
      update referral set assigned_to = ${staffId} where id = any(${given.map(({ id }) => id)}::uuid[])`;
    await recordEvents(
      work,
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
  const row = await maybe(trx, 'referral.assignee', { id: col.text, name: col.text })`
    select s.id, s.name from referral r join staff s on s.id = r.assigned_to where r.id = ${referralId}`;
  return row ?? null;
}

/** Holds whoever is given it, so that they are not suspended meanwhile. @throws Problem `invalid` */
async function decider(trx: Trx, staffId: string): Promise<Assigned['assignedTo']> {
  const row = await maybe(trx, 'referral.decider', { id: col.text, name: col.text })`
    select id, name from staff where id = ${staffId} and ${mayDecide} for share`;
  if (!row)
    throw invalid({ pointer: '/staffId', message: 'Choose an officer or a manager who works here now.' });
  return row;
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
  return command(deps, ctx, async (work) => {
    const { patientId } = await lockReferral(work.trx, ctx.actor, referralId);
    const written = { id: newId(), note: note.trim(), at: work.at, by: ctx.actor.name };
    await run(
      work.trx,
      'triage.note-referral',
      work.trx.insertInto('referral_note').values({
        id: written.id,
        referral_id: referralId,
        note: written.note,
        at: written.at,
        by_name: written.by,
      }),
    );
    await recordEvent(work, {
      type: 'referral.noted',
      subjects: subjects(referralId, patientId),
      fields: ['note'],
    });
    return written;
  });
}

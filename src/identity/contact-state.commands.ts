import { isOpenLoan } from '../lending/loans/loan.states.ts';
import { isUnsent } from '../messages/message.states.ts';
import { lockPatient } from '../people/contact-point.commands.ts';
import { assertContactMove, contactStateErrors } from '../people/contact-state.rules.ts';
import type { ContactStateKept, NewContactState } from '../people/contact-state.schemas.ts';
import { LockedReferral } from '../referrals/locking.commands.ts';
import { isOpenReferral } from '../referrals/referral.states.ts';
import { endReferrals } from '../referrals/withdrawal.commands.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { many, maybe, one, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import { cancelFollowUpsOf } from '../support/follow-up.commands.ts';
import { completeTasksAbout, createTasks } from '../tasks/task.commands.ts';

/** What a referral that ends with it says to its clinic, beside who said so. */
const endedBecause = {
  withdrawn: 'There is to be no more contact.',
  deceased: 'The patient has died.',
};
/** Tasks that ask staff to reach the person. */
const tasksToReach = ['no_safe_contact', 'no_time_to_contact', 'number_stopped', 'missed_twice'] as const;

/**
 * Writes down what a person wants of contact, or that they have died, and honours it at once, in one
 * transaction: with withdrawal and death every message and follow-up ahead is cancelled, referrals end,
 * and what is out is asked for through the clinic, once. A pause holds everything until its day.
 * @throws Problem `not-found`, `invalid`, `contact-state-refused`, `not-allowed` to open contact after a death for anyone but a manager
 */
export async function recordContactState(
  deps: Deps,
  ctx: Context,
  patientId: string,
  said: NewContactState,
): Promise<ContactStateKept> {
  const errors = contactStateErrors(said, today(deps.clock));
  if (errors.length) throw new Problem('invalid', { errors });
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const row = await maybe(
      work.trx,
      'contact-state.lock-patient',
      work.trx
        .selectFrom('patient')
        .select('contact_state as state')
        .where('id', '=', patientId)
        .forNoKeyUpdate(),
    );
    if (!row) throw new Problem('not-found');
    const from = row.state;
    assertContactMove(from, said.state);
    if (from === 'deceased' && ctx.actor.role !== 'manager')
      throw new Problem('not-allowed', { detail: 'A manager takes back that someone has died.' });
    return applyContactState(work, patientId, said);
  });
}

/** Writes down and honours what holds of contact, for a command that has locked the patient. */
export async function applyContactState(
  work: Work,
  patientId: string,
  said: NewContactState,
): Promise<ContactStateKept> {
  await write(work, patientId, said);
  const { state, pausedUntil = null, source } = said;
  const kept = { state, pausedUntil };
  if (state !== 'withdrawn' && state !== 'deceased')
    return { ...kept, cancelledFollowUps: 0, cancelledMessages: 0, withdrawnReferrals: [], openLoans: [] };
  return { ...kept, ...(await endHelp(work, patientId, state, source)) };
}

async function write(work: Work, patientId: string, said: NewContactState) {
  const { at } = work;
  await run(work.trx, 'contact-state.write')`
    with c as (
      insert into contact_state_change (id, patient_id, state, paused_until, source, said_on, note, recorded_by, recorded_at)
      values (${newId()}, ${patientId}, ${said.state}, ${said.pausedUntil ?? null}, ${said.source}, ${said.saidOn}, ${said.note ?? null}, ${work.ctx.actor.name}, ${at})
    )
    update patient set contact_state = ${said.state}, paused_until = ${said.pausedUntil ?? null}, changed_at = ${at}
    where id = ${patientId}`;
  await recordEvent(work, {
    type: 'patient.contact_state_changed',
    subjects: [['patient', patientId]],
    values: { contactState: said.state },
    fields: ['source', ...(said.note ? ['note'] : [])],
  });
}

/** Ends all that was planned for a person. Reminders first, as a sender locks them: what it has not yet said by then is never said. */
async function endHelp(
  work: Work,
  patientId: string,
  state: 'withdrawn' | 'deceased',
  saidBy: NewContactState['source'],
) {
  const { at } = work;
  const referrals = await many(
    work.trx,
    'referral.lock-of-patient',
    col.pick(LockedReferral, 'id', 'patientId', 'status'),
  )`
    select id, patient_id as "patientId", status from referral
    where patient_id = ${patientId} and ${isOpenReferral()} order by id for no key update`;
  const messages = await one(work.trx, 'message.cancel-of-patient', { cancelled: col.number })`
    with unsaid as (
      update reminder set status = 'cancelled' where patient_id = ${patientId} and status = 'standing'
    ), m as (
      update message set status = 'cancelled', why = 'contact_stopped', changed_at = ${at}
      where patient_id = ${patientId} and ${isUnsent()} returning 1
    )
    select count(*)::int as cancelled from m`;
  await endReferrals(work, referrals, { reason: endedBecause[state], saidBy });
  const cancelledFollowUps = await cancelFollowUpsOf(work, { patientId }, { by: 'contact' });
  const openLoans = await many(work.trx, 'contact-state.end-help', { id: col.text, reference: col.text })`
    select id, reference from loan where patient_id = ${patientId} and ${isOpenLoan()} order by id`;
  await completeTasksAbout(work, [...tasksToReach], [patientId]);
  await createTasks(
    work,
    openLoans.map(({ id }) => ({ kind: 'fetch_kit', subjectType: 'loan', subjectId: id, patientId })),
  );
  return {
    cancelledFollowUps: cancelledFollowUps.followUpIds.length,
    cancelledMessages: messages.cancelled,
    withdrawnReferrals: referrals.map(({ id }) => id),
    openLoans,
  };
}

import { lockPatient } from '../people/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import { col } from '../shared/rows.ts';
import { maybe, run } from '../shared/statements.ts';
import type { Work } from '../shared/work.ts';
import type { NewErasure, NewExport, NewHold } from './privacy.schemas.ts';

/** @throws Problem `invalid` for a day that is still to come */
export function assertPast(deps: Deps, askedOn: string): void {
  if (askedOn > today(deps.clock))
    throw invalid({ pointer: '/askedOn', message: 'Give a day that is not in the future.' });
}

/** Writes down a decision about a person's data. Its id. */
export async function writeDecision(
  work: Work,
  patientId: string,
  said: {
    kind: 'export' | 'erasure';
    askedBy: NewErasure['askedBy'];
    askedOn: string;
    identityCheck?: string | undefined;
    reason?: string;
  },
): Promise<string> {
  const id = newId();
  await run(
    work.trx,
    'privacy.decide',
    work.trx.insertInto('privacy_decision').values({
      id,
      patient_id: patientId,
      kind: said.kind,
      asked_by: said.askedBy,
      asked_on: said.askedOn,
      identity_check: said.identityCheck ?? null,
      reason: said.reason ?? null,
      by_name: work.ctx.actor.name,
      at: work.at,
    }),
  );
  return id;
}

/**
 * Writes down that a person is to get all that is held about them; the file is fetched by its id.
 * @throws Problem `not-found`, `invalid`, `merge-refused`, `patient-erased`
 */
export async function decideExport(
  deps: Deps,
  ctx: Context,
  patientId: string,
  input: NewExport,
): Promise<{ id: string }> {
  assertPast(deps, input.askedOn);
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const id = await writeDecision(work, patientId, { kind: 'export', ...input });
    await recordEvent(work, {
      type: 'patient.exported',
      subjects: [['patient', patientId]],
      fields: ['identityCheck'],
    });
    return { id };
  });
}

/**
 * Sets a legal hold: while it stands nothing about the person is erased.
 * @throws Problem `not-found`, `merge-refused`, `patient-erased`, `conflict` when one stands
 */
export async function setHold(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { reason }: NewHold,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const id = newId();
    const set = await run(work.trx, 'legal-hold.set')`
      insert into legal_hold (id, patient_id, reason, by_name, at)
      values (${id}, ${patientId}, ${reason}, ${ctx.actor.name}, ${work.at})
      on conflict (patient_id) where lifted_at is null do nothing`;
    if (!set) throw new Problem('conflict', { detail: 'A legal hold stands already.' });
    await recordEvent(work, {
      type: 'patient.held',
      subjects: [['patient', patientId]],
      fields: ['reason'],
    });
    return { id };
  });
}

/**
 * Lifts the legal hold, on records that were merged into this one too.
 * @throws Problem `not-found`, `merge-refused`, `patient-erased`, `conflict` when none stands
 */
export async function liftHold(
  deps: Deps,
  ctx: Context,
  patientId: string,
  { reason }: NewHold,
): Promise<{ id: string }> {
  return command(deps, ctx, async (work) => {
    await lockPatient(work.trx, patientId);
    const row = await maybe(work.trx, 'legal-hold.lift', { id: col.text })`
      update legal_hold set lifted_at = ${work.at}, lifted_by = ${ctx.actor.name}, lifted_reason = ${reason}
      where lifted_at is null and patient_id in (select id from patient where id = ${patientId} or merged_into = ${patientId}) returning id`;
    if (!row) throw new Problem('conflict', { detail: 'No legal hold stands.' });
    await recordEvent(work, {
      type: 'patient.hold_lifted',
      subjects: [['patient', patientId]],
      fields: ['reason'],
    });
    return { id: row.id };
  });
}

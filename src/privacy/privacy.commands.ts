import { sql } from 'kysely';
import { lockPatient } from '../people/contact-point.commands.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent } from '../shared/events.ts';
import { newId } from '../shared/ids.ts';
import { invalid, Problem } from '../shared/problem.ts';
import type { NewExport, NewHold } from './privacy.schemas.ts';

/** @throws Problem `invalid` for a day that is still to come */
export function assertPast(deps: Deps, askedOn: string): void {
  if (askedOn > today(deps.clock))
    throw invalid({ pointer: '/askedOn', message: 'Give a day that is not in the future.' });
}

/** Writes down a decision about a person's data. Its id. */
export async function writeDecision(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  patientId: string,
  said: {
    kind: 'export' | 'erasure';
    askedBy: string;
    askedOn: string;
    identityCheck?: string | undefined;
    reason?: string;
  },
): Promise<string> {
  const id = newId();
  await sql`/* privacy.decide */
    insert into privacy_decision (id, patient_id, kind, asked_by, asked_on, identity_check, reason, by_name, at)
    values (${id}, ${patientId}, ${said.kind}, ${said.askedBy}, ${said.askedOn}, ${said.identityCheck ?? null}, ${said.reason ?? null},
      ${ctx.actor.name}, ${timestamp(deps.clock)})`.execute(trx);
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
  return command(deps, ctx, async (trx) => {
    await lockPatient(trx, patientId);
    const id = await writeDecision(trx, deps, ctx, patientId, { kind: 'export', ...input });
    await recordEvent(trx, deps, ctx, {
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
  return command(deps, ctx, async (trx) => {
    await lockPatient(trx, patientId);
    const id = newId();
    const { numAffectedRows } = await sql`/* legal-hold.set */
      insert into legal_hold (id, patient_id, reason, by_name, at)
      values (${id}, ${patientId}, ${reason}, ${ctx.actor.name}, ${timestamp(deps.clock)})
      on conflict (patient_id) where lifted_at is null do nothing`.execute(trx);
    if (!numAffectedRows) throw new Problem('conflict', { detail: 'A legal hold stands already.' });
    await recordEvent(trx, deps, ctx, {
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
  return command(deps, ctx, async (trx) => {
    await lockPatient(trx, patientId);
    const { rows } = await sql<{ id: string }>`/* legal-hold.lift */
      update legal_hold set lifted_at = ${timestamp(deps.clock)}, lifted_by = ${ctx.actor.name}, lifted_reason = ${reason}
      where lifted_at is null and patient_id in (select id from patient where id = ${patientId} or merged_into = ${patientId}) returning id`.execute(
      trx,
    );
    if (!rows[0]) throw new Problem('conflict', { detail: 'No legal hold stands.' });
    await recordEvent(trx, deps, ctx, {
      type: 'patient.hold_lifted',
      subjects: [['patient', patientId]],
      fields: ['reason'],
    });
    return { id: rows[0].id };
  });
}

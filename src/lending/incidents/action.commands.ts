import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { closeReferralsWhenDone } from '../../referrals/closing.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { suspendPlanOf } from '../../stock/data-plans/course.commands.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { retireDevices } from '../../stock/devices/disposal.commands.ts';
import { markFound } from '../../stock/devices/found.commands.ts';
import { completeTasksAbout, createTasks } from '../../tasks/task.commands.ts';
import { lockLoans } from '../loans/ending.commands.ts';
import { lentAgain } from './incident.queries.ts';
import {
  actionErrors,
  assertHappened,
  assertIncidentAction,
  closingActions,
  IncidentState,
  permissionFor,
  remoteActions,
} from './incident.rules.ts';
import { Action, type ActionRecorded, type NewAction } from './incident.schemas.ts';
import { isActedOn } from './incident.states.ts';

/**
 * Writes an action down in an incident's story and does what it means for the device: found, it is
 * prepared again; written off, it is gone for good; with its SIM suspended, its plan is. A concern asks staff to speak
 * to the clinic. What is done
 * from afar is requested first and confirmed when it has happened.
 * @throws Problem `not-found`, `invalid`, `not-allowed`, `incident-closed`, `incident-action-refused`
 */
export async function recordAction(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  input: NewAction,
): Promise<ActionRecorded> {
  const needed = permissionFor(input.kind);
  if (needed && !may(ctx.actor, needed)) throw new Problem('not-allowed', { detail: 'A manager does this.' });
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertIncidentAction(input.kind, incident);
    const { at } = work;
    const errors = actionErrors(input, incident.reportedAt, at);
    if (errors.length) throw new Problem('invalid', { errors });
    const confirmed = input.confirmed === true || !remoteActions.includes(input.kind);
    const action = await insertAction(work, incidentId, input, confirmed ? 'done' : 'asked');
    if (confirmed) await carryOut(work, incident, input);
    const closes = closingActions.includes(input.kind);
    if (closes) await closeIncident(work, incident);
    else if (input.kind === 'wipe') await completeTasksAbout(work, ['wipe_device'], [incidentId]);
    await recordEvent(work, {
      type: 'incident.action',
      subjects: subjectsOfIncident(incident),
      values: {
        kind: input.kind,
        status: confirmed ? 'done' : 'requested',
        ...(input.patientData === undefined ? {} : { patientData: input.patientData }),
      },
      fields: [...(input.note ? ['note'] : []), ...(input.crimeReference ? ['crimeReference'] : [])],
    });
    return { ...action, incident: { id: incidentId, status: closes ? 'closed' : incident.status } };
  });
}

/**
 * Confirms that what was asked for from afar has happened; confirmed twice, the first stands.
 * @throws Problem `not-found`, `incident-action-refused` for an incident recorded by mistake
 */
export async function confirmAction(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  actionId: string,
): Promise<ActionRecorded> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertHappened(incident);
    const row = await maybe(work.trx, 'incident.confirm', { ...Action.properties, isNew: col.boolean })`
      with found as (select id, confirmed_at is null as is_new from incident_action where id = ${actionId} and incident_id = ${incidentId} and ${isActedOn()})
      update incident_action a set confirmed_at = coalesce(a.confirmed_at, ${work.at}), confirmed_by = coalesce(a.confirmed_by, ${ctx.actor.name})
      from found where a.id = found.id returning ${actionColumns}, found.is_new as "isNew"`;
    if (!row) throw new Problem('not-found');
    const { isNew, ...action } = row;
    if (isNew) {
      const kind = action.kind as NewAction['kind'];
      await carryOut(work, incident, { kind });
      await recordEvent(work, {
        type: 'incident.action',
        subjects: subjectsOfIncident(incident),
        values: { kind, status: 'done' },
      });
    }
    return { ...action, incident: { id: incidentId, status: incident.status } };
  });
}

/**
 * A manager says yes to a replacement above the scheme's limit, with a reason; of a closed incident
 * as well, since what was lost for good may still be replaced.
 * @throws Problem `not-found`, `incident-action-refused` for an incident recorded by mistake
 */
export async function approveReplacement(
  deps: Deps,
  ctx: Context,
  incidentId: string,
  { reason }: { reason: string },
): Promise<{ id: string; status: IncidentState['status'] }> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertHappened(incident);
    await recordApproval(work, incident, reason);
    return { id: incidentId, status: incident.status };
  });
}

/** Writes down the approval of a replacement, with its reason. The caller holds the incident's lock. */
export async function recordApproval(
  work: Work,
  incident: Pick<LockedIncident, 'id' | 'deviceId' | 'loanId' | 'patientId'>,
  reason: string,
): Promise<void> {
  await run(
    work.trx,
    'incident.approve',
    work.trx
      .updateTable('incident')
      .set({ approved_by: work.ctx.actor.name, approval_reason: reason, changed_at: work.at })
      .where('id', '=', incident.id),
  );
  await insertAction(work, incident.id, { kind: 'approved', note: reason }, 'done');
  await completeTasksAbout(work, ['approve_replacement'], [incident.id]);
  await recordEvent(work, {
    type: 'incident.replacement_approved',
    subjects: subjectsOfIncident(incident),
    fields: ['approvalReason'],
  });
}

/**
 * Asks the managers to approve a replacement above the limit: a task for them.
 * @throws Problem `not-found`, `incident-action-refused` for an incident recorded by mistake
 */
export async function askForApproval(
  deps: Deps,
  ctx: Context,
  incidentId: string,
): Promise<{ id: string; status: IncidentState['status'] }> {
  return command(deps, ctx, async (work) => {
    const incident = await lockIncident(work.trx, incidentId);
    assertHappened(incident);
    await run(work.trx, 'incident.ask-approval')`
      update incident set approval_asked_at = coalesce(approval_asked_at, ${work.at}) where id = ${incidentId}`;
    await createTasks(work, [
      {
        kind: 'approve_replacement',
        subjectType: 'incident',
        subjectId: incidentId,
        patientId: incident.patientId ?? undefined,
        urgent: true,
      },
    ]);
    return { id: incidentId, status: incident.status };
  });
}

export const LockedIncident = {
  ...IncidentState,
  id: col.text,
  loanId: col.text,
  reference: col.text,
  deviceId: col.text,
  assetTag: col.text,
  patientId: col.orNull(col.text),
  referralId: col.orNull(col.text),
  reportedAt: col.text,
};
export type LockedIncident = RowOf<typeof LockedIncident>;

/** Locks an incident after the person, the loan and the device it is about. @throws Problem `not-found` */
export async function lockIncident(trx: Trx, id: string): Promise<LockedIncident> {
  const of = await maybe(
    trx,
    'incident.of',
    trx.selectFrom('incident').select(['loan_id as loanId', 'device_id as deviceId']).where('id', '=', id),
  );
  if (!of) throw new Problem('not-found');
  await lockLoans(trx, [of.loanId], { deviceIds: [of.deviceId] });
  return one(trx, 'incident.lock', LockedIncident)`
    select n.id, n.reference, n.kind, n.status, n.loan_id as "loanId", n.device_id as "deviceId", n.patient_id as "patientId",
      l.referral_id as "referralId", n.reported_at as "reportedAt", d.asset_tag as "assetTag", d.status as "deviceStatus", d.kind as "deviceKind",
      exists (select from data_plan s where s.device_id = d.id and ${isInUse('s')}) as "hasDataPlan",
      n.patient_id is not null as "isOfPerson", ${lentAgain} as "lentAgain"
    from incident n join loan l on l.id = n.loan_id join device d on d.id = n.device_id where n.id = ${id} for no key update of n`;
}

export const actionColumns = sql`a.id, a.kind, a.note, a.patient_data as "patientData", a.authorised_by as "authorisedBy",
  a.requested_at as "requestedAt", a.requested_by as "requestedBy", a.confirmed_at as "confirmedAt", a.confirmed_by as "confirmedBy", a.status, a.taken_back_by as "takenBackBy"`;

/** One line of an incident's story. */
export async function insertAction(
  work: Work,
  incidentId: string,
  input: Omit<NewAction, 'kind'> & { kind: Action['kind'] },
  status: Exclude<Action['status'], 'taken_back'>,
): Promise<Action> {
  const { at } = work;
  const confirmed = status === 'done';
  const by = work.ctx.actor.name;
  return one(work.trx, 'incident.action', Action.properties)`
    insert into incident_action as a (id, incident_id, kind, note, patient_data, authorised_by, requested_at, requested_by, confirmed_at, confirmed_by, not_needed)
    values (${newId()}, ${incidentId}, ${input.kind}, ${input.note ?? null}, ${input.patientData ?? null},
      ${input.kind === 'write_off' ? (input.authorisedBy ?? by) : null}, ${at}, ${by}, ${confirmed ? at : null}, ${confirmed ? by : null}, ${status === 'not_needed'})
    returning ${actionColumns}`;
}

/** What an action that has happened means for the device and its SIM. */
async function carryOut(work: Work, incident: LockedIncident, input: NewAction): Promise<void> {
  const { deviceId: id, reference, assetTag, deviceStatus: status } = incident;
  if (input.crimeReference)
    await run(
      work.trx,
      'incident.crime-reference',
      work.trx
        .updateTable('incident')
        .set({ crime_reference: input.crimeReference, changed_at: work.at })
        .where('id', '=', incident.id),
    );
  if (input.kind === 'found') await markFound(work, id);
  if (input.kind === 'concern' && incident.patientId)
    await createTasks(work, [
      {
        kind: 'concern',
        subjectType: 'incident',
        subjectId: incident.id,
        patientId: incident.patientId,
        urgent: true,
      },
    ]);
  if (input.kind === 'suspend_sim' && !incident.lentAgain)
    await suspendPlanOf(work, id, { reason: `Incident ${reference}` });
  if (input.kind === 'write_off') {
    const { authorisedBy = work.ctx.actor.name, bookValue } = input;
    const disposedOn = work.today;
    const record = { way: 'written_off', disposedOn, authorisedBy, bookValue } as const;
    await retireDevices(work, [{ id, assetTag, status }], record);
  }
}

/** The case is over: its tasks are done, and the referral closes when nothing is left to do for it. */
async function closeIncident(work: Work, incident: LockedIncident): Promise<void> {
  const { at } = work;
  await run(
    work.trx,
    'incident.close',
    work.trx
      .updateTable('incident')
      .set({ status: 'closed', closed_at: at, changed_at: at })
      .where('id', '=', incident.id),
  );
  await completeTasksAbout(work, ['secure_device', 'wipe_device', 'approve_replacement'], [incident.id]);
  if (incident.referralId) await closeReferralsWhenDone(work, [incident.referralId]);
}

/** The things whose story an incident is part of. */
export function subjectsOfIncident(
  incident: Pick<LockedIncident, 'id' | 'deviceId' | 'loanId' | 'patientId'>,
): [SubjectType, string][] {
  return [
    ['incident', incident.id],
    ['device', incident.deviceId],
    ['loan', incident.loanId],
    ...(incident.patientId ? [['patient', incident.patientId] as [SubjectType, string]] : []),
  ];
}

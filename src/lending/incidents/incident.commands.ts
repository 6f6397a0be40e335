import { sql } from 'kysely';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { incidentReference, newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { completeTasksAbout, completeTasksOf, createTasks } from '../../tasks/task.commands.ts';
import { type EndedItem, endItems, lockLoans, subjectsOf } from '../loans/ending.commands.ts';
import { tasksOfOpenLoan } from '../loans/loan.rules.ts';
import { effectOf, reportErrors, suggestedActions } from './incident.rules.ts';
import type { IncidentReported, NewIncident, NewReplacement, Replaced } from './incident.schemas.ts';
import { findNewDevice, replaceItemIn } from './replacement.commands.ts';

/**
 * Writes down that a device was lost, stolen, damaged, is not working or did not come back. What is
 * gone ends its item and its number at once; what is damaged or faulty does when it is handed in.
 * The patient's support goes on: follow-ups and the referral stay as they are.
 * @throws Problem `not-found`, `invalid`, `item-already-ended`, `incident-action-refused` when the item has an open incident
 */
export async function reportIncident(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewIncident,
): Promise<IncidentReported> {
  return command(deps, ctx, (trx) => reportIncidentIn(trx, deps, ctx, loanId, input));
}

/**
 * Reports an incident and replaces the device in the same step: both are written down, or neither.
 * A device that is handed in ends as replaced, so that its SIM can go over with its number.
 * @throws Problem as of `reportIncident` and `replaceItem`
 */
export async function reportAndReplace(
  deps: Deps,
  ctx: Context,
  loanId: string,
  report: NewIncident,
  replacement: Pick<NewReplacement, 'assetTag' | 'deviceId' | 'approval'>,
): Promise<{ incident: IncidentReported; replaced: Replaced }> {
  return command(deps, ctx, async (trx) => {
    const newDeviceId = await findNewDevice(trx, replacement);
    const incident = await reportIncidentIn(trx, deps, ctx, loanId, report, newDeviceId);
    const { itemId, handedIn } = report;
    const of = { ...replacement, itemId, incidentId: incident.id, ...(handedIn && { handedIn }) };
    const replaced = await replaceItemIn(trx, deps, ctx, loanId, of, newDeviceId);
    return { incident, replaced };
  });
}

/**
 * The report inside a command's transaction.
 * @param replacedBy the device that takes the place of the item in this transaction; what is handed in then ends by that
 */
export async function reportIncidentIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewIncident,
  replacedBy?: string,
): Promise<IncidentReported> {
  const { kind, handedIn = false } = input;
  const { loans, devices } = await lockLoans(trx, [loanId], {
    itemIds: [input.itemId],
    deviceIds: replacedBy ? [replacedBy] : [],
  });
  const [loan] = loans;
  if (!loan) throw new Problem('not-found');
  const item = loan.items.find(({ id }) => id === input.itemId);
  if (!item) throw invalid({ pointer: '/itemId', message: 'There is no item of this id on this loan.' });
  if (item.status !== 'on_loan')
    throw new Problem('item-already-ended', {
      detail: 'It has come back or ended already.',
      items: [{ itemId: item.id, status: item.status }],
    });
  const device = devices.find(({ id }) => id === item.deviceId)!;
  const at = timestamp(deps.clock);
  const { number, lentOn, hasDataPlan } = await readForReport(trx, item.id);
  const errors = reportErrors(input, lentOn, today(deps.clock));
  if (errors.length) throw new Problem('invalid', { errors });

  const incident = { id: newId(), reference: incidentReference(number) };
  await sql`/* incident.report */
    insert into incident (id, reference, kind, loan_id, loan_item_id, device_id, patient_id, reported_on, account, crime_reference, handed_in,
      reported_at, changed_at)
    values (${incident.id}, ${incident.reference}, ${kind}, ${loanId}, ${item.id}, ${device.id}, ${loan.patientId}, ${input.reportedOn},
      ${input.account ?? null}, ${input.crimeReference ?? null}, ${handedIn}, ${at}, ${at})`.execute(trx);
  const effect = effectOf(kind, handedIn && !replacedBy);
  const ended = effect
    ? await endItems(trx, deps, [{ itemId: item.id, ...effect, incidentId: incident.id }])
    : [];
  const suggestions = suggestedActions({ kind, deviceKind: device.kind, hasDataPlan, handedIn });
  if (loan.patientId) await completeTasksOf(trx, deps, ctx, ['said_lost'], [loan.patientId]);
  if (ended[0]?.loanStatus === 'closed')
    await completeTasksAbout(trx, deps, ctx, [...tasksOfOpenLoan], [loan.id]);
  if (effect?.device === 'lost') await askToSecure(trx, deps, ctx, incident.id, loan.patientId);
  const after = stateAfter(item, device, loan, ended[0], effect?.device);
  await recordEvent(trx, deps, ctx, {
    type: 'incident.reported',
    subjects: [['incident', incident.id], ...subjectsOf(loan, [device.id])],
    values: {
      reference: incident.reference,
      incidentKind: kind,
      reportedOn: input.reportedOn,
      handedIn,
      assetTag: device.assetTag,
      status: after.device.status,
    },
    fields: [...(input.account ? ['account'] : []), ...(input.crimeReference ? ['crimeReference'] : [])],
  });
  return { ...incident, status: 'open', ...after, suggestedActions: suggestions };
}

/** One task an incident: what to do with a device that is gone is on the incident's own page. */
async function askToSecure(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  incidentId: string,
  patientId: string | null,
): Promise<void> {
  await createTasks(trx, deps, ctx, [
    {
      kind: 'secure_device',
      subjectType: 'incident',
      subjectId: incidentId,
      patientId: patientId ?? undefined,
      urgent: true,
    },
  ]);
}

function stateAfter(
  item: { id: string; status: IncidentReported['item']['status'] },
  device: IncidentReported['device'],
  loan: IncidentReported['loan'],
  ended: EndedItem | undefined,
  deviceStatus: IncidentReported['device']['status'] | undefined,
): Pick<IncidentReported, 'item' | 'device' | 'loan'> {
  return {
    item: { id: item.id, status: ended?.status ?? item.status },
    device: { id: device.id, assetTag: device.assetTag, status: deviceStatus ?? device.status },
    loan: { id: loan.id, status: ended?.loanStatus ?? loan.status },
  };
}

async function readForReport(
  trx: Trx,
  itemId: string,
): Promise<{ number: number; lentOn: string; hasDataPlan: boolean }> {
  const { rows } = await sql<{
    number: number;
    lentOn: string;
    hasDataPlan: boolean;
  }>`/* incident.read-for-report */
    select nextval('incident_number') as number, least((i.issued_at at time zone 'Europe/London')::date, l.handover_on) as "lentOn",
      exists (select from data_plan s where s.device_id = i.device_id and s.status <> 'ended') as "hasDataPlan"
    from loan_item i join loan l on l.id = i.loan_id where i.id = ${itemId}`.execute(trx);
  return rows[0]!;
}

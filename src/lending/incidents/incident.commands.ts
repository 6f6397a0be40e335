import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { incidentReference, newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col } from '../../shared/rows.ts';
import { one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { completeTasksAbout, completeTasksOf, createTasks } from '../../tasks/task.commands.ts';
import { type EndedItem, endItems, lockLoans, outFrom, subjectsOfLoan } from '../loans/ending.commands.ts';
import { tasksOfOpenLoan } from '../loans/loan.rules.ts';
import { isOut } from '../loans/loan.states.ts';
import { effectOf, reportErrors } from './incident.rules.ts';
import type { IncidentReported, NewIncident, NewReplacement, Replaced } from './incident.schemas.ts';
import { findNewDevice, replaceItemBy } from './replacement.commands.ts';
import { suggestedActions } from './suggestion.rules.ts';

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
  return command(deps, ctx, (work) => recordIncident(work, loanId, input));
}

/** A report, and by which device what was reported is replaced. */
export type NewReportAndReplacement = {
  report: NewIncident;
  replacement: Pick<NewReplacement, 'assetTag' | 'deviceId' | 'approval'>;
};

/**
 * Reports an incident and replaces the device in the same transaction: both are written down, or neither.
 * A device that is handed in ends as replaced, so that its SIM can go over with its number.
 * @throws Problem as of `reportIncident` and `replaceItem`
 */
export async function recordAndReplace(
  work: Work,
  loanId: string,
  { report, replacement }: NewReportAndReplacement,
): Promise<{ incident: IncidentReported; replaced: Replaced }> {
  const newDeviceId = await findNewDevice(work.trx, replacement);
  const incident = await recordIncident(work, loanId, report, newDeviceId);
  const { itemId, handedIn } = report;
  const of = { ...replacement, itemId, incidentId: incident.id, ...(handedIn && { handedIn }) };
  const replaced = await replaceItemBy(work, loanId, of, newDeviceId);
  return { incident, replaced };
}

/**
 * Writes down an incident, with what it ends and what is to be done.
 * @param replacedBy the device that takes the place of the item in this transaction; what is handed in then ends by that
 */
export async function recordIncident(
  work: Work,
  loanId: string,
  input: NewIncident,
  replacedBy?: string,
): Promise<IncidentReported> {
  const { kind, handedIn = false } = input;
  const { loans, devices } = await lockLoans(work.trx, [loanId], {
    itemIds: [input.itemId],
    deviceIds: replacedBy ? [replacedBy] : [],
  });
  const [loan] = loans;
  if (!loan) throw new Problem('not-found');
  const item = loan.items.find(({ id }) => id === input.itemId);
  if (!item) throw invalid({ pointer: '/itemId', message: 'There is no item of this id on this loan.' });
  if (!isOut.of(item.status))
    throw new Problem('item-already-ended', {
      detail: 'It has come back or ended already.',
      items: [{ itemId: item.id, status: item.status }],
    });
  const device = devices.find(({ id }) => id === item.deviceId)!;
  const { at } = work;
  const { number, lentOn, hasDataPlan } = await readForReport(work.trx, item.id);
  const errors = reportErrors(input, lentOn, work.today);
  if (errors.length) throw new Problem('invalid', { errors });

  const incident = { id: newId(), reference: incidentReference(number) };
  await run(
    work.trx,
    'incident.report',
    work.trx.insertInto('incident').values({
      id: incident.id,
      reference: incident.reference,
      kind,
      loan_id: loanId,
      loan_item_id: item.id,
      device_id: device.id,
      patient_id: loan.patientId,
      reported_on: input.reportedOn,
      happened_given_on: input.happenedOn ?? null,
      account: input.account ?? null,
      crime_reference: input.crimeReference ?? null,
      handed_in: handedIn,
      reported_at: at,
      changed_at: at,
    }),
  );
  const effect = effectOf(kind, handedIn && !replacedBy);
  const on = endedOn(input);
  const ended = effect
    ? await endItems(work, [{ itemId: item.id, ...effect, incidentId: incident.id, on }])
    : [];
  const suggestions = suggestedActions({
    kind,
    deviceKind: device.kind,
    hasDataPlan,
    handedIn,
    isOfPerson: loan.patientId !== null,
  });
  if (loan.patientId) await completeTasksOf(work, ['said_lost'], [loan.patientId]);
  if (ended[0]?.loanStatus === 'closed') await completeTasksAbout(work, [...tasksOfOpenLoan], [loan.id]);
  if (effect?.device === 'lost') await askToSecure(work, incident.id, loan.patientId);
  const after = stateAfter(loan, item, { ...device, status: effect?.device ?? device.status }, ended[0]);
  await recordEvent(work, {
    type: 'incident.reported',
    subjects: [['incident', incident.id], ...subjectsOfLoan(loan, [device.id])],
    values: {
      reference: incident.reference,
      incidentKind: kind,
      reportedOn: input.reportedOn,
      ...(input.happenedOn && { happenedOn: input.happenedOn }),
      handedIn,
      assetTag: device.assetTag,
      status: after.device.status,
    },
    fields: [...(input.account ? ['account'] : []), ...(input.crimeReference ? ['crimeReference'] : [])],
  });
  return { ...incident, status: 'open', ...after, suggestedActions: suggestions };
}

/** The day on which the person had it no more: what is gone went when it happened, what is broken came in when it was told. */
export const endedOn = ({
  happenedOn,
  reportedOn,
  handedIn,
}: {
  happenedOn?: string | null | undefined;
  reportedOn: string;
  handedIn?: boolean | undefined;
}): string => (handedIn ? reportedOn : (happenedOn ?? reportedOn));

/** One task an incident: what to do with a device that is gone is on the incident's own page. */
async function askToSecure(work: Work, incidentId: string, patientId: string | null): Promise<void> {
  await createTasks(work, [
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
  loan: IncidentReported['loan'],
  item: IncidentReported['item'],
  device: IncidentReported['device'],
  ended: EndedItem | undefined,
): Pick<IncidentReported, 'item' | 'device' | 'loan'> {
  return {
    item: { id: item.id, status: ended?.status ?? item.status },
    device: { id: device.id, assetTag: device.assetTag, status: device.status },
    loan: { id: loan.id, status: ended?.loanStatus ?? loan.status },
  };
}

async function readForReport(
  trx: Trx,
  itemId: string,
): Promise<{ number: number; lentOn: string; hasDataPlan: boolean }> {
  return one(trx, 'incident.read-for-report', {
    number: col.number,
    lentOn: col.text,
    hasDataPlan: col.boolean,
  })`
    select nextval('code_number') as number, ${outFrom} as "lentOn",
      exists (select from data_plan s where s.device_id = i.device_id and ${isInUse('s')}) as "hasDataPlan"
    from loan_item i where i.id = ${itemId}`;
}

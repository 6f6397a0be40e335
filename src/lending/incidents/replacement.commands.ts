import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import { reopenReferral } from '../../referrals/reopening.commands.ts';
import { closedJson } from '../../scheme/calendar/calendar.queries.ts';
import { ClosedDay, closedWarnings } from '../../scheme/calendar/calendar.rules.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { maybe, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { isInUse } from '../../stock/data-plans/data-plan.states.ts';
import { stopNumbers } from '../../stock/data-plans/number.commands.ts';
import { movePlan } from '../../stock/data-plans/placing.commands.ts';
import { hasOpenCheck } from '../../stock/devices/check.queries.ts';
import type { DeviceStatus } from '../../stock/devices/device.rules.ts';
import { wantsDataPlan } from '../../stock/devices/device-kinds.rules.ts';
import { unfitJson } from '../../stock/devices/fitness.queries.ts';
import { isUnseen } from '../../stock/devices/fitness.rules.ts';
import {
  assertUpdatesLast,
  type DeviceToIssue,
  DeviceToLend,
  mayGoOut,
} from '../../stock/devices/going-out.rules.ts';
import { type NamedDevice, noSuchDevice, readDeviceName } from '../../stock/devices/naming.rules.ts';
import { hasActiveData } from '../../stock/devices/scan.queries.ts';
import { markSeen } from '../../stock/devices/seen.commands.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { updatesJson } from '../../stock/devices/updates.queries.ts';
import { addReplacementCall } from '../../support/plan-dates.commands.ts';
import {
  endItems,
  type LockedDevice,
  type LockedLoan,
  lockLoans,
  subjectsOfLoan,
} from '../loans/ending.commands.ts';
import { byIncident } from '../loans/loan.queries.ts';
import { type ItemStatus, issueWarnings } from '../loans/loan.rules.ts';
import { isOut } from '../loans/loan.states.ts';
import { loanMove } from '../loans/status.commands.ts';
import { insertAction, recordApproval } from './action.commands.ts';
import { Earlier, type NewReplacement, type Replaced } from './incident.schemas.ts';
import { didHappen } from './incident.states.ts';
import {
  approvalFor,
  assertMayTakePlace,
  assertReplaceable,
  ItemToReplace,
  Limit,
  oldDeviceGoes,
} from './replacement.rules.ts';

/**
 * Replaces a device in one step: the old item ends (unless an incident ended it), the new one goes out
 * on the same loan with the same date, both are linked, and the data plan goes over when the old device
 * is in hand and the new one has none. A loan that closed with the loss opens again, and so does its referral, unless the
 * clinic has referred the person again.
 * @throws Problem `not-found`, `invalid`, `device-not-available`, `replacement-refused`, `replacement-needs-approval`
 */
export async function replaceItem(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReplacement,
): Promise<Replaced> {
  return command(deps, ctx, async (work) =>
    replaceItemBy(work, loanId, input, await findNewDevice(work.trx, input)),
  );
}

/**
 * Replaces a device by another that `findNewDevice` found.
 * @throws Problem as of `replaceItem`
 */
export async function replaceItemBy(
  work: Work,
  loanId: string,
  input: NewReplacement,
  newDeviceId: string,
): Promise<Replaced> {
  const { loans, devices } = await lockLoans(work.trx, [loanId], {
    itemIds: [input.itemId],
    deviceIds: [newDeviceId],
  });
  const [loan] = loans;
  if (!loan) throw new Problem('not-found');
  const found = await readForReplacement(work, loan, input, newDeviceId);
  const { item } = found;
  if (!item) throw invalid({ pointer: '/itemId', message: 'There is no item of this id on this loan.' });
  if (input.incidentId && item.incident?.id !== input.incidentId)
    throw invalid({ pointer: '/incidentId', message: 'This incident is not of this item.' });
  assertReplaceable(item);
  const device = devices.find(({ id }) => id === newDeviceId)!;
  assertMayTakePlace({
    ...device,
    mayGoOut: mayGoOut({ ...device, ...found.device }, loan.referralId),
    hasOpenCheck: found.device.hasOpenCheck,
    loanId: found.device.loanId,
  });
  assertUpdatesLast([{ ...device, updates: found.device.updates }], loan.dueOn);
  const approval = loan.patientId
    ? approvalFor(found.limit, item, input.approval, may(work.ctx.actor, 'incidents.approve'))
    : undefined;

  const oldDevice = devices.find(({ id }) => id === item.deviceId)!;
  const old = await endOld(work, item, oldDevice.status, input.handedIn ?? false);
  const dataPlan = await settleDataPlan(work, found.device.hasDataPlan, old, device.id);
  if (loan.patientId && old.endedNow && dataPlan !== 'moved')
    await stopNumbers(work, [{ patientId: loan.patientId, deviceId: old.deviceId }]);
  if (isUnseen(found.device)) await markSeen(work, [device]);
  const newItem = await insertItem(work, loanId, input.itemId, {
    ...device,
    condition: found.device.condition,
  });
  if (loan.status === 'closed' && loan.referralId) await reopenReferral(work, loan.referralId);
  if (item.incident) {
    const incident = { id: item.incident.id, deviceId: item.deviceId, loanId, patientId: loan.patientId };
    if (approval) await recordApproval(work, incident, approval);
    await insertAction(work, incident.id, { kind: 'replaced', note: `By ${device.assetTag}.` }, 'done');
  }
  await recordEvent(work, {
    type: 'loan.item_replaced',
    subjects: [
      ...subjectsOfLoan(loan, [item.deviceId, device.id]),
      ...(item.incident ? [['incident', item.incident.id] as [SubjectType, string]] : []),
    ],
    values: {
      replaces: oldDevice.assetTag,
      assetTag: device.assetTag,
      itemIds: [item.id, newItem.id],
      from: oldDevice.status,
      to: old.deviceStatus,
      ...(item.incident && { incidentKind: item.incident.kind }),
    },
    fields: approval ? ['approvalReason'] : [],
  });
  await addReplacementCall(work, loanId);
  return {
    loan: { id: loanId, status: 'open', dueOn: loan.dueOn },
    item: newItem,
    replaced: {
      itemId: item.id,
      deviceId: item.deviceId,
      assetTag: oldDevice.assetTag,
      status: old.status,
      deviceStatus: old.deviceStatus,
    },
    dataPlan,
    earlierIncidents: found.earlierIncidents,
    warnings: [
      ...warningsOf(dataPlan, item.hadDataPlan, { ...device, ...found.device }, loan.dueOn),
      ...closedWarnings(found.closed),
    ],
  };
}

/**
 * The id of the device that is to take the place.
 * @throws Problem `invalid`
 */
export async function findNewDevice(trx: Trx, named: NamedDevice): Promise<string> {
  if (!named.assetTag === !named.deviceId)
    throw invalid({ pointer: '/assetTag', message: 'Give the asset tag or the deviceId of the new device.' });
  const { name, errors } = readDeviceName(named);
  if (errors.length) throw new Problem('invalid', { errors });
  const row = await maybe(trx, 'replacement.find', { id: col.text })`
    select id from device where asset_tag = ${name.tag} or id = ${name.id}::uuid`;
  if (!row) throw invalid(noSuchDevice(name));
  return row.id;
}

const Item = { ...ItemToReplace, id: col.text, deviceId: col.text, hadDataPlan: col.boolean };
type Item = RowOf<typeof Item>;
const Found = {
  item: col.orNull(col.object(Item)),
  device: col.object({
    ...col.omit(DeviceToLend, 'id', 'assetTag', 'status'),
    loanId: col.orNull(col.text),
  }),
  limit: col.object(Limit),
  closed: col.orNull(col.object(ClosedDay)),
  earlierIncidents: col.listOf(Earlier),
};
type Found = RowOf<typeof Found>;

/** What decides, read after the locks are held: the item as it stands, the new device, the person's replacements. */
async function readForReplacement(
  work: Work,
  loan: LockedLoan,
  input: NewReplacement,
  newDeviceId: string,
): Promise<Found> {
  return one(work.trx, 'replacement.read', Found)`
    select
      (select json_build_object('id', i.id, 'deviceId', i.device_id, 'status', i.status,
          'hadDataPlan', exists (select from data_plan s where s.device_id = i.device_id and ${isInUse('s')}),
          'byIncident', ${byIncident}, 'replaced', exists (select from loan_item r where r.replaces_item_id = i.id), 'updatesEnd', ${wasAskedToSwap('i')},
          'incident', (select json_build_object('id', n.id, 'kind', n.kind, 'approved', n.approved_by is not null)
            from incident n where n.loan_item_id = i.id and ${didHappen('n')} order by n.id desc limit 1))
        from loan_item i where i.id = ${input.itemId} and i.loan_id = ${loan.id}) as item,
      (select json_build_object('kind', d.kind, 'condition', d.condition, 'hasDataPlan', s.id is not null, 'dataExpiresOn', s.expires_on,
          'hasActiveData', ${hasActiveData(work.today)}, 'hasOpenCheck', ${hasOpenCheck('d', work.today)}, 'unfit', ${unfitJson('d', work.today)}, 'updates', ${updatesJson('d', work.today)},
          'heldFor', (select a.referral_id from allocation a where a.device_id = d.id and a.status = 'held'),
          'loanId', (select i.loan_id from loan_item i where i.device_id = d.id and ${isOut('i')}))
        from device d left join data_plan s on s.device_id = d.id and ${isInUse('s')} where d.id = ${newDeviceId}) as device,
      (select json_build_object('limit', y.replacement_limit, 'months', y.replacement_months, 'used', (
          select count(*) from loan l join loan_item i on i.loan_id = l.id and i.replaces_item_id is not null
          where l.patient_id = ${loan.patientId}::uuid and i.issued_on > ${work.today}::date - make_interval(months => y.replacement_months)
            and not exists (select from incident n where n.loan_item_id = i.replaces_item_id and n.kind = 'faulty' and ${didHappen('n')})
            and not exists (select from loan_item o where o.id = i.replaces_item_id and ${wasAskedToSwap('o')})))
        from lending_policy y) as limit,
      ${closedJson(loan.dueOn)} as closed,
      coalesce((select json_agg(e) from (
        select e.id, e.reference, e.kind, e.reported_on as "reportedOn", e.status from incident e
        where e.patient_id = ${loan.patientId}::uuid and e.loan_item_id <> ${input.itemId} and ${didHappen('e')} order by e.id desc limit 20) e), '[]') as "earlierIncidents"`;
}

/** That staff were asked, while the item was out, to offer another device in its place, because its security updates end, and nothing happened to it. */
const wasAskedToSwap = (i: 'i' | 'o') =>
  sql`exists (select from task t where t.kind = 'updates_ending' and t.subject_id = ${sql.ref(`${i}.device_id`)}
    and t.created_at between ${sql.ref(`${i}.issued_at`)} and coalesce(${sql.ref(`${i}.ended_at`)}, 'infinity'))
    and not exists (select from incident h where h.loan_item_id = ${sql.ref(`${i}.id`)} and ${didHappen('h')})`;

type Old = {
  endedNow: boolean;
  status: ItemStatus;
  deviceId: string;
  deviceStatus: DeviceStatus;
  inHand: boolean;
};

/** Ends the old item as replaced while it is still out; what an incident ended stays as the incident left it. */
async function endOld(work: Work, item: Item, deviceStatus: DeviceStatus, inHand: boolean): Promise<Old> {
  const of = { deviceId: item.deviceId };
  if (!isOut.of(item.status)) {
    const cameBack = deviceStatus === 'in_repair' || deviceStatus === 'in_preparation';
    return { ...of, endedNow: false, status: item.status, deviceStatus, inHand: cameBack };
  }
  const device = oldDeviceGoes(item.incident, inHand);
  const incidentId = item.incident?.id;
  await endItems(work, [{ itemId: item.id, as: 'replaced', device, incidentId }], { staysOpen: true });
  return { ...of, endedNow: true, status: 'replaced', deviceStatus: device, inHand };
}

/** The SIM goes over with its number when the old device is in hand and the new one has no plan of its own. */
async function settleDataPlan(
  work: Work,
  newHasPlan: boolean,
  old: Old,
  newDeviceId: string,
): Promise<Replaced['dataPlan']> {
  if (newHasPlan) return 'own';
  const moved = old.inHand && (await movePlan(work, old.deviceId, newDeviceId));
  return moved ? 'moved' : 'none';
}

async function insertItem(
  { trx, at }: Work,
  loanId: string,
  replacesItemId: string,
  device: LockedDevice & Pick<DeviceToIssue, 'condition'>,
): Promise<Replaced['item']> {
  const id = newId();
  await run(trx, 'replacement.insert')`
    with i as (
      insert into loan_item (id, loan_id, device_id, issued_at, condition_out, replaces_item_id)
      values (${id}, ${loanId}, ${device.id}, ${at}::timestamptz, ${device.condition}, ${replacesItemId})
    ), d as (
      ${deviceMove(['issue', 'issue to its referral'], { which: sql`d.id = ${device.id}`, at })}
    ), a as (
      update allocation set status = 'issued', ended_at = ${at}::timestamptz where status = 'held' and device_id = ${device.id}
    )
    ${loanMove('a replacement of what an incident ended', { which: sql`l.id = ${loanId}`, at })}`;
  return { id, deviceId: device.id, assetTag: device.assetTag, status: 'on_loan', replacesItemId };
}

/** What the officer should know of the new device: as of one that is issued, and data that the old one had and this has not. */
function warningsOf(
  dataPlan: Replaced['dataPlan'],
  hadDataPlan: boolean,
  device: DeviceToIssue,
  dueOn: string | null,
): string[] {
  const { assetTag, kind } = device;
  if (dataPlan === 'own') return issueWarnings([device], dueOn, true);
  const warnings = issueWarnings([{ ...device, hasDataPlan: true }], dueOn, true);
  const wantsData = wantsDataPlan(kind) || hadDataPlan;
  return dataPlan === 'none' && wantsData
    ? [...warnings, `No data plan is recorded for ${assetTag}.`]
    : warnings;
}

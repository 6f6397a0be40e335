import { sql } from 'kysely';
import { may } from '../../access/permissions.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent, type SubjectType } from '../../shared/events.ts';
import { newId } from '../../shared/ids.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { stopNumbers } from '../../stock/data-plans/number.commands.ts';
import { movePlan } from '../../stock/data-plans/placing.commands.ts';
import { hasOpenCheck } from '../../stock/devices/check.queries.ts';
import type { DeviceStatus } from '../../stock/devices/device.rules.ts';
import { unfitJson } from '../../stock/devices/fitness.queries.ts';
import { isUnseen } from '../../stock/devices/fitness.rules.ts';
import { type DeviceToIssue, mayGoOut } from '../../stock/devices/going-out.rules.ts';
import { type NamedDevice, noSuchDevice, readDeviceName } from '../../stock/devices/naming.rules.ts';
import { hasActiveData } from '../../stock/devices/scan.queries.ts';
import { markSeen } from '../../stock/devices/seen.commands.ts';
import { addReplacementCall } from '../../support/plan-dates.commands.ts';
import {
  endItems,
  type LockedDevice,
  type LockedLoan,
  lockLoans,
  subjectsOf,
} from '../loans/ending.commands.ts';
import { byIncident } from '../loans/loan.queries.ts';
import { type ItemStatus, issueWarnings } from '../loans/loan.rules.ts';
import { approveIn, insertAction } from './action.commands.ts';
import type { EarlierIncident, NewReplacement, Replaced } from './incident.schemas.ts';
import {
  approvalFor,
  assertMayTakePlace,
  assertReplaceable,
  type ItemToReplace,
  type Limit,
  oldDeviceGoes,
} from './replacement.rules.ts';

/**
 * Replaces a device in one step: the old item ends (unless an incident ended it), the new one goes out
 * on the same loan with the same date, both are linked, and the data plan goes over when the old device
 * is in hand and the new one has none. A loan that closed with the loss opens again.
 * @throws Problem `not-found`, `invalid`, `device-not-available`, `replacement-refused`, `replacement-needs-approval`
 */
export async function replaceItem(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReplacement,
): Promise<Replaced> {
  return command(deps, ctx, async (trx) =>
    replaceItemIn(trx, deps, ctx, loanId, input, await findNewDevice(trx, input)),
  );
}

/** The same inside a command's transaction; `newDeviceId` is of `findNewDevice`. */
export async function replaceItemIn(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReplacement,
  newDeviceId: string,
): Promise<Replaced> {
  const { loans, devices } = await lockLoans(trx, [loanId], {
    itemIds: [input.itemId],
    deviceIds: [newDeviceId],
  });
  const [loan] = loans;
  if (!loan) throw new Problem('not-found');
  const found = await readForReplacement(trx, deps, loan, input, newDeviceId);
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
  const approval = loan.patientId
    ? approvalFor(found.limit, item, input.approval, may(ctx.actor, 'incidents.approve'))
    : undefined;

  const oldDevice = devices.find(({ id }) => id === item.deviceId)!;
  const old = await endOld(trx, deps, item, oldDevice.status, input.handedIn ?? false);
  const dataPlan = await settleDataPlan(trx, deps, ctx, found.device.hasDataPlan, old, device.id);
  if (loan.patientId && old.endedNow && dataPlan !== 'moved')
    await stopNumbers(trx, deps, ctx, [{ patientId: loan.patientId, deviceId: old.deviceId }]);
  if (isUnseen(found.device)) await markSeen(trx, deps, ctx, [device]);
  const newItem = await insertItem(trx, deps, loan, input.itemId, device, found.device.condition);
  if (item.incident) {
    const incident = { id: item.incident.id, deviceId: item.deviceId, loanId, patientId: loan.patientId };
    if (approval) await approveIn(trx, deps, ctx, incident, approval);
    await insertAction(
      trx,
      deps,
      ctx,
      incident.id,
      { kind: 'replaced', note: `By ${device.assetTag}.` },
      true,
    );
  }
  await recordEvent(trx, deps, ctx, {
    type: 'loan.item_replaced',
    subjects: [
      ...subjectsOf(loan, [item.deviceId, device.id]),
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
  await addReplacementCall(trx, deps, ctx, loanId);
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
    warnings: warningsOf(dataPlan, item.hadDataPlan, { ...device, ...found.device }, loan.dueOn),
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
  const { rows } = await sql<{ id: string }>`/* replacement.find */
    select id from device where asset_tag = ${name.tag} or id = ${name.id}::uuid`.execute(trx);
  if (!rows[0]) throw invalid(noSuchDevice(name));
  return rows[0].id;
}

type Item = ItemToReplace & {
  id: string;
  deviceId: string;
  hadDataPlan: boolean;
};
type Found = {
  item: Item | null;
  device: Omit<DeviceToIssue, 'id' | 'assetTag' | 'status'> & { loanId: string | null };
  limit: Limit;
  earlierIncidents: EarlierIncident[];
};

/** What decides, read after the locks are held: the item as it stands, the new device, the person's replacements. */
async function readForReplacement(
  trx: Trx,
  deps: Deps,
  loan: LockedLoan,
  input: NewReplacement,
  newDeviceId: string,
): Promise<Found> {
  const { rows } = await sql<Found>`/* replacement.read */
    select
      (select json_build_object('id', i.id, 'deviceId', i.device_id, 'status', i.status,
          'hadDataPlan', exists (select from data_plan s where s.device_id = i.device_id and s.status <> 'ended'),
          'byIncident', ${byIncident}, 'replaced', exists (select from loan_item r where r.replaces_item_id = i.id),
          'incident', (select json_build_object('id', n.id, 'kind', n.kind, 'approved', n.approved_by is not null)
            from incident n where n.loan_item_id = i.id order by n.id desc limit 1))
        from loan_item i where i.id = ${input.itemId} and i.loan_id = ${loan.id}) as item,
      (select json_build_object('kind', d.kind, 'condition', d.condition, 'hasDataPlan', s.id is not null, 'dataExpiresOn', s.expires_on,
          'hasActiveData', ${hasActiveData(today(deps.clock))}, 'hasOpenCheck', ${hasOpenCheck('d', today(deps.clock))}, 'unfit', ${unfitJson('d', today(deps.clock))},
          'heldFor', (select a.referral_id from allocation a where a.device_id = d.id and a.status = 'held'),
          'loanId', (select i.loan_id from loan_item i where i.device_id = d.id and i.ended_at is null))
        from device d left join data_plan s on s.device_id = d.id and s.status <> 'ended' where d.id = ${newDeviceId}) as device,
      (select json_build_object('limit', y.replacement_limit, 'months', y.replacement_months, 'used', (
          select count(*) from loan l join loan_item i on i.loan_id = l.id and i.replaces_item_id is not null
          where l.patient_id = ${loan.patientId}::uuid and i.issued_at > ${timestamp(deps.clock)}::timestamptz - make_interval(months => y.replacement_months)
            and not exists (select from incident n where n.loan_item_id = i.replaces_item_id and n.kind = 'faulty')))
        from lending_policy y) as limit,
      coalesce((select json_agg(e) from (
        select e.id, e.reference, e.kind, e.reported_on as "reportedOn", e.status from incident e
        where e.patient_id = ${loan.patientId}::uuid and e.loan_item_id <> ${input.itemId} order by e.id desc limit 20) e), '[]') as "earlierIncidents"`.execute(
    trx,
  );
  return rows[0]!;
}

type Old = {
  endedNow: boolean;
  status: ItemStatus;
  deviceId: string;
  deviceStatus: DeviceStatus;
  inHand: boolean;
};

/** Ends the old item as replaced while it is still out; what an incident ended stays as the incident left it. */
async function endOld(
  trx: Trx,
  deps: Deps,
  item: Item,
  deviceStatus: DeviceStatus,
  inHand: boolean,
): Promise<Old> {
  const of = { deviceId: item.deviceId };
  if (item.status !== 'on_loan') {
    const cameBack = deviceStatus === 'in_repair' || deviceStatus === 'in_preparation';
    return { ...of, endedNow: false, status: item.status, deviceStatus, inHand: cameBack };
  }
  const device = oldDeviceGoes(item.incident, inHand);
  const incidentId = item.incident?.id;
  await endItems(trx, deps, [{ itemId: item.id, as: 'replaced', device, incidentId }], { staysOpen: true });
  return { ...of, endedNow: true, status: 'replaced', deviceStatus: device, inHand };
}

/** The SIM goes over with its number when the old device is in hand and the new one has no plan of its own. */
async function settleDataPlan(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  newHasPlan: boolean,
  old: Old,
  newDeviceId: string,
): Promise<Replaced['dataPlan']> {
  if (newHasPlan) return 'own';
  const moved = old.inHand && (await movePlan(trx, deps, ctx, old.deviceId, newDeviceId));
  return moved ? 'moved' : 'none';
}

async function insertItem(
  trx: Trx,
  deps: Deps,
  loan: LockedLoan,
  replacesItemId: string,
  device: LockedDevice,
  condition: string | null,
): Promise<Replaced['item']> {
  const id = newId();
  const at = timestamp(deps.clock);
  await sql`/* replacement.insert */
    with i as (
      insert into loan_item (id, loan_id, device_id, issued_at, condition_out, replaces_item_id)
      values (${id}, ${loan.id}, ${device.id}, ${at}::timestamptz, ${condition}, ${replacesItemId})
    ), d as (
      update device set status = 'on_loan', changed_at = ${at}::timestamptz where id = ${device.id} and status in ('ready', 'reserved')
    ), a as (
      update allocation set status = 'issued', ended_at = ${at}::timestamptz where status = 'held' and device_id = ${device.id}
    )
    update loan set status = 'open', closed_at = null, changed_at = ${at}::timestamptz where id = ${loan.id}`.execute(
    trx,
  );
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
  const wantsData = kind === 'dongle' || kind === 'router' || kind === 'sim' || hadDataPlan;
  return dataPlan === 'none' && wantsData
    ? [...warnings, `No data plan is recorded for ${assetTag}.`]
    : warnings;
}

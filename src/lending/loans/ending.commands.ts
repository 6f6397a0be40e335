import { sql } from 'kysely';
import { closeReferralsWhenDone } from '../../referrals/closing.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { timestamp, today } from '../../shared/clock.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import type { SubjectType } from '../../shared/events.ts';
import type { DeviceKind, DeviceStatus } from '../../stock/devices/device.rules.ts';
import { endFollowUps } from '../../support/follow-up.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { type ItemStatus, type LoanStatus, tasksOfOpenLoan } from './loan.rules.ts';

export type LockedLoan = {
  id: string;
  reference: string;
  status: LoanStatus;
  patientId: string | null;
  /** Whether anything is asked of staff about it. */
  hasTasks: boolean;
  referralId: string | null;
  locationId: string | null;
  dueOn: string | null;
  items: { id: string; deviceId: string; status: ItemStatus }[];
};
export type LockedDevice = { id: string; assetTag: string; kind: DeviceKind; status: DeviceStatus };

/**
 * Locks loans with all that hangs on them, in the one order of locks: patients, referrals, loans,
 * their items, then devices, each set by id. One statement, however many. What it reads of a loan that
 * someone else was changing may be older than that change: ask again what decides, in a later statement.
 * @param itemIds items whose devices are locked too
 * @param deviceIds devices locked beside those, such as the one that takes another's place
 */
export async function lockLoans(
  trx: Trx,
  loanIds: string[],
  { itemIds = [], deviceIds = [] }: { itemIds?: string[]; deviceIds?: string[] },
): Promise<{ loans: LockedLoan[]; devices: LockedDevice[] }> {
  const { rows } = await sql<{ loans: LockedLoan[]; devices: LockedDevice[] }>`/* loan.lock */
    with of as materialized (
      select patient_id, referral_id from loan where id = any(${loanIds}::uuid[])
    ), p as materialized (
      select id from patient where id in (select patient_id from of) order by id for no key update
    ), r as materialized (
      select id from referral where id in (select referral_id from of) and (select count(*) from p) >= 0 order by id for no key update
    ), l as materialized (
      select * from loan where id = any(${loanIds}::uuid[]) and (select count(*) from r) >= 0 order by id for no key update
    ), i as materialized (
      select id, loan_id, device_id, status from loan_item where loan_id in (select id from l) order by id for no key update
    ), d as materialized (
      select id, asset_tag, kind, status from device
      where id in (select device_id from i where id = any(${itemIds}::uuid[]) union select unnest(${deviceIds}::uuid[]))
      order by id for no key update
    )
    select
      coalesce((select json_agg(json_build_object('id', l.id, 'reference', l.reference, 'status', l.status, 'patientId', l.patient_id,
        'referralId', l.referral_id, 'locationId', l.location_id, 'dueOn', l.due_on,
        'hasTasks', exists (select from task t where t.subject_id = l.id and t.status = 'open'),
        'items', coalesce((select json_agg(json_build_object('id', i.id, 'deviceId', i.device_id, 'status', i.status) order by i.id)
          from i where i.loan_id = l.id), '[]')) order by l.id) from l), '[]') as loans,
      coalesce((select json_agg(json_build_object('id', id, 'assetTag', asset_tag, 'kind', kind, 'status', status) order by id)
        from d), '[]') as devices`.execute(trx);
  return rows[0]!;
}

/** How an item ends, and where its device goes. */
export type Ending = {
  itemId: string;
  as: Exclude<ItemStatus, 'on_loan'>;
  device: Extract<DeviceStatus, 'in_preparation' | 'in_repair' | 'due_back' | 'lost' | 'gifted'>;
  condition?: string | undefined;
  notes?: string | undefined;
  incidentId?: string | undefined;
};

export type EndedItem = {
  id: string;
  loanId: string;
  deviceId: string;
  assetTag: string;
  status: ItemStatus;
  /** How the loan stands after it. */
  loanStatus: LoanStatus;
};

/**
 * Ends items of locked loans: each item, its device's move (back in hand it begins a new cycle with
 * every check open), and the loan, which closes when no item of it is out and no accessory is
 * missing. One statement. Items that have ended already are left out of the answer.
 * @param staysOpen keeps the loans open: something takes the place of what ends
 * @param locationId where what comes back is kept from now on
 */
export async function endItems(
  trx: Trx,
  deps: Deps,
  endings: Ending[],
  { staysOpen = false, locationId }: { staysOpen?: boolean; locationId?: string | undefined } = {},
): Promise<EndedItem[]> {
  const at = timestamp(deps.clock);
  const { rows } = await sql<EndedItem>`/* loan.end-items */
    with t as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(endings)}::jsonb)
        as t ("itemId" uuid, "as" text, device text, condition text, notes text, "incidentId" uuid)
    ), i as (
      update loan_item i set status = t."as", ended_at = ${at}::timestamptz, condition_in = t.condition, return_notes = t.notes,
        incident_id = t."incidentId"
      from t where i.id = t."itemId" and i.ended_at is null
      returning i.id, i.loan_id, i.device_id, i.status, t.device, t.condition
    ), d as (
      update device d set status = i.device, condition = coalesce(i.condition, d.condition), changed_at = ${at}::timestamptz,
        cycle = case when i.device in ('in_preparation', 'in_repair') then cycle + 1 else cycle end,
        cycle_started_on = case when i.device in ('in_preparation', 'in_repair') then ${today(deps.clock)}::date else cycle_started_on end,
        location_id = case when i.device in ('in_preparation', 'in_repair') then coalesce(${locationId ?? null}::uuid, location_id) else location_id end
      from i where d.id = i.device_id and d.status = 'on_loan' returning d.id, d.asset_tag
    ), ends as (
      select l.id, not ${staysOpen}::boolean
        and not exists (select from loan_item o where o.loan_id = l.id and o.ended_at is null and o.id not in (select "itemId" from t))
        and not exists (select from loan_accessory a where a.loan_id = l.id and a.returned + a.written_off < a.quantity) as closes
      from loan l where l.id in (select loan_id from i)
    ), l as (
      update loan l set changed_at = ${at}::timestamptz, status = case when ends.closes then 'closed' else l.status end,
        closed_at = case when ends.closes then ${at}::timestamptz else l.closed_at end
      from ends where l.id = ends.id returning l.id, l.status
    )
    select i.id, i.loan_id as "loanId", i.device_id as "deviceId", d.asset_tag as "assetTag", i.status, l.status as "loanStatus"
    from i join d on d.id = i.device_id join l on l.id = i.loan_id order by i.id`.execute(trx);
  return rows;
}

/** What follows when loans have closed because everything came back: follow-ups ahead end, referrals close when nothing is left to do. */
export async function endHelp(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  closed: Pick<LockedLoan, 'id' | 'referralId' | 'hasTasks'>[],
): Promise<void> {
  if (!closed.length) return;
  await completeTasksAbout(
    trx,
    deps,
    ctx,
    [...tasksOfOpenLoan],
    closed.flatMap(({ id, hasTasks }) => (hasTasks ? [id] : [])),
  );
  await endFollowUps(
    trx,
    deps,
    ctx,
    closed.map(({ id }) => id),
  );
  await closeReferralsWhenDone(
    trx,
    deps,
    ctx,
    closed.flatMap(({ referralId }) => referralId ?? []),
  );
}

/** The things whose story a loan and these devices of it are part of. */
export function subjectsOf(
  loan: Pick<LockedLoan, 'id' | 'patientId' | 'referralId' | 'locationId'>,
  deviceIds: string[],
): [SubjectType, string][] {
  const subjects: [SubjectType, string | null][] = [
    ['loan', loan.id],
    ['patient', loan.patientId],
    ['referral', loan.referralId],
    ['location', loan.locationId],
    ...deviceIds.map((id) => ['device', id] as [SubjectType, string]),
  ];
  return subjects.filter((subject): subject is [SubjectType, string] => subject[1] !== null);
}

import { type RawBuilder, sql } from 'kysely';
import { closeReferralsWhenDone } from '../../referrals/closing.commands.ts';
import type { Trx } from '../../shared/database.ts';
import type { SubjectType } from '../../shared/events.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, one, run } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { type DeviceMove, deviceStatuses } from '../../stock/devices/device.rules.ts';
import { kindsOfDevice } from '../../stock/devices/device-kinds.rules.ts';
import { deviceMove } from '../../stock/devices/status.commands.ts';
import { settleEndings } from '../../stock/devices/updates-ending.commands.ts';
import { endFollowUps } from '../../support/follow-up.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import type { Because } from './end-reason.rules.ts';
import { type ItemStatus, itemStatuses, loanStatuses, tasksOfOpenLoan } from './loan.rules.ts';
import { isOut } from './loan.states.ts';
import { loanMove } from './status.commands.ts';

export const LockedLoan = {
  id: col.text,
  reference: col.text,
  status: col.oneOf(loanStatuses),
  patientId: col.orNull(col.text),
  /** Whether anything is asked of staff about it. */
  hasTasks: col.boolean,
  referralId: col.orNull(col.text),
  locationId: col.orNull(col.text),
  dueOn: col.orNull(col.text),
  items: col.listOf(
    col.object({
      id: col.text,
      deviceId: col.text,
      status: col.oneOf(itemStatuses),
      /** The earliest day on which it can have come back: what is handed over later may be given back before. */
      outFrom: col.text,
    }),
  ),
};
export type LockedLoan = RowOf<typeof LockedLoan>;
export const LockedDevice = {
  id: col.text,
  assetTag: col.text,
  kind: col.keyOf(kindsOfDevice),
  status: col.oneOf(deviceStatuses),
};
export type LockedDevice = RowOf<typeof LockedDevice>;

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
  return one(trx, 'loan.lock', {
    loans: col.listOf(col.object(LockedLoan)),
    devices: col.listOf(col.object(LockedDevice)),
  })`
    with of as materialized (
      select patient_id, referral_id from loan where id = any(${loanIds}::uuid[])
    ), p as materialized (
      select id from patient where id in (select patient_id from of) order by id for no key update
    ), r as materialized (
      select id from referral where id in (select referral_id from of) and (select count(*) from p) >= 0 order by id for no key update
    ), l as materialized (
      select * from loan where id = any(${loanIds}::uuid[]) and (select count(*) from r) >= 0 order by id for no key update
    ), i as materialized (
      select id, loan_id, device_id, status, ${outFrom} as out_from from loan_item where loan_id in (select id from l) order by id for no key update
    ), d as materialized (
      select id, asset_tag, kind, status from device
      where id in (select device_id from i where id = any(${itemIds}::uuid[]) union select unnest(${deviceIds}::uuid[]))
      order by id for no key update
    )
    select
      coalesce((select json_agg(json_build_object('id', l.id, 'reference', l.reference, 'status', l.status, 'patientId', l.patient_id,
        'referralId', l.referral_id, 'locationId', l.location_id, 'dueOn', l.due_on,
        'hasTasks', exists (select from task t where t.subject_id = l.id and t.status = 'open'),
        'items', coalesce((select json_agg(json_build_object('id', i.id, 'deviceId', i.device_id, 'status', i.status, 'outFrom', i.out_from) order by i.id)
          from i where i.loan_id = l.id), '[]')) order by l.id) from l), '[]') as loans,
      coalesce((select json_agg(json_build_object('id', id, 'assetTag', asset_tag, 'kind', kind, 'status', status) order by id)
        from d), '[]') as devices`;
}

/** The earliest day on which an item can have ended: the one on which it went out, or on which that was written down. */
export const outFrom = sql`least(issued_on, (issued_at at time zone 'Europe/London')::date)`;

/** What the end of an item does to its device. */
const endingMoves = ['return', 'handed in faulty', 'item ended, not in hand', 'incident', 'gift'] as const;

/** How an item ends, and where its device goes. */
export type Ending = {
  itemId: string;
  as: Exclude<ItemStatus, 'on_loan' | 'recorded_by_mistake'>;
  device: Extract<DeviceMove, { by: (typeof endingMoves)[number] }>['to'];
  condition?: string | undefined;
  notes?: string | undefined;
  /** Why it came back, and the same in the words of whoever said it. */
  because?: Because | undefined;
  incidentId?: string | undefined;
  /** The civil day on which it ended; today when left out. */
  on?: string | undefined;
};

export const EndedItem = {
  id: col.text,
  loanId: col.text,
  deviceId: col.text,
  assetTag: col.text,
  status: col.oneOf(itemStatuses),
  /** How the loan stands after it. */
  loanStatus: col.oneOf(loanStatuses),
};
export type EndedItem = RowOf<typeof EndedItem>;

/**
 * Ends items of locked loans: each item, its device's move (back in hand it begins a new cycle with
 * every check open), and the loan, which closes when no item of it is out and no accessory is
 * missing; and what staff were asked of its security updates. One statement, and two where they were. Items that have ended already are left out of the answer. What is back before
 * the day that was planned for its handover went out on the day it is back. What the device was is kept with the
 * item, so that the end can be taken back.
 * @param staysOpen keeps the loans open: something takes the place of what ends
 * @param locationId where what comes back is kept from now on
 * @param at the instant at which they end, where something else ends with them
 */
export async function endItems(
  work: Work,
  endings: Ending[],
  {
    staysOpen = false,
    locationId,
    at = work.at,
  }: { staysOpen?: boolean; locationId?: string | undefined; at?: string } = {},
): Promise<EndedItem[]> {
  const { today } = work;
  const ended = endings.map(({ on = today, ...ending }) => ({ ...ending, on }));
  const items = await many(work.trx, 'loan.end-items', { ...EndedItem, isAsked: col.boolean })`
    with t as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(ended)}::jsonb)
        as t ("itemId" uuid, "as" text, device text, condition text, notes text, "incidentId" uuid, "on" date, because jsonb)
    ), i as (
      update loan_item i set status = t."as", ended_at = ${at}::timestamptz, condition_in = t.condition, return_notes = t.notes,
        end_reason = t.because->>'reason', end_words = t.because->>'words',
        incident_id = t."incidentId", end_given_on = t."on",
        issue_given_on = case when i.issued_on > t."on" then t."on" else i.issue_given_on end,
        cycle_out = was.cycle, cycle_out_on = was.cycle_started_on, condition_before = was.condition, location_before = was.location_id
      from t, device was where i.id = t."itemId" and was.id = i.device_id and ${isOut('i')}
      returning i.id, i.loan_id, i.device_id, i.status, i.ended_on, t.device, t.condition
    ), d as (
      ${deviceMove(endingMoves, {
        from: sql`i`,
        which: sql`d.id = i.device_id`,
        to: sql`i.device`,
        at,
        day: sql`i.ended_on`,
        set: sql`condition = coalesce(i.condition, d.condition), location_id = case when i.device in ('in_preparation', 'in_repair')
          then coalesce(${locationId ?? null}::uuid, d.location_id) else d.location_id end`,
      })} returning d.id, d.asset_tag
    ), ends as (
      select l.id, not ${staysOpen}::boolean
        and not exists (select from loan_item o where o.loan_id = l.id and ${isOut('o')} and o.id not in (select "itemId" from t))
        and not exists (select from loan_accessory a where a.loan_id = l.id and a.returned + a.written_off < a.quantity) as closes,
        greatest((select max(ended_on) from i where i.loan_id = l.id), (select max(o.ended_on) from loan_item o where o.loan_id = l.id)) as closed_on
      from loan l where l.id in (select loan_id from i)
    ), l as (
      ${loanMove('its last item ends and nothing is missing', {
        from: sql`ends`,
        which: sql`l.id = ends.id`,
        when: sql`ends.closes`,
        at,
        on: sql`ends.closed_on`,
      })} returning l.id, l.status
    )
    select i.id, i.loan_id as "loanId", i.device_id as "deviceId", d.asset_tag as "assetTag", i.status, l.status as "loanStatus",
      exists (select from task a where a.kind = 'updates_ending' and a.subject_id = i.device_id and a.status = 'open') as "isAsked"
    from i join d on d.id = i.device_id join l on l.id = i.loan_id order by i.id`;
  const asked = items.flatMap(({ deviceId, isAsked }) => (isAsked ? deviceId : []));
  if (asked.length) await settleEndings(work, sql`d.id = any(${asked}::uuid[])`);
  return items.map(({ isAsked: _isAsked, ...item }) => item);
}

/** The item that an incident ended, ended on another day than was written down, and so did a loan that closed with it. */
export async function moveEnd({ trx }: Work, incidentId: string, on: string): Promise<void> {
  await run(trx, 'loan.move-end-of-item')`
    update loan_item set end_given_on = ${on}::date,
      issue_given_on = case when issued_on > ${on}::date then ${on}::date else issue_given_on end
    where incident_id = ${incidentId}`;
  await run(trx, 'loan.move-end')`
    update loan l set close_given_on = (select max(o.ended_on) from loan_item o where o.loan_id = l.id)
    where exists (select from loan_item i where i.incident_id = ${incidentId} and i.loan_id = l.id and i.ended_at = l.closed_at)`;
}

/**
 * The update that takes back items `i` that are out, as recorded by mistake, without `returning`: they were out on no day.
 * @param which a condition that names them
 * @param set what changes with it
 */
export const itemsTakenBack = (which: RawBuilder<unknown>, at: string, set?: RawBuilder<unknown>) => sql`
  update loan_item i set status = 'recorded_by_mistake', ended_at = ${at}::timestamptz, end_given_on = i.issued_on${set ? sql`, ${set}` : sql``}
  where ${which} and ${isOut('i')}`;

/**
 * The update that puts the item `i` out again as `was` has it, without `returning`: nothing is left of its end. What
 * was said to be back before the day of its handover goes out on that day again.
 */
export const itemOutAgain = sql`
  update loan_item i set status = 'on_loan', ended_at = null, end_given_on = null, condition_in = null, return_notes = null,
    end_reason = null, end_words = null, incident_id = null,
    cycle_out = null, cycle_out_on = null, condition_before = null, location_before = null,
    issue_given_on = case when i.replaces_item_id is null and was.handover_on > was.ended_on then was.handover_on else i.issue_given_on end
  from was where i.id = was.id`;

/** What follows when loans have closed because everything came back: follow-ups ahead end, referrals close when nothing is left to do. */
export async function endHelp(
  work: Work,
  closed: Pick<LockedLoan, 'id' | 'referralId' | 'hasTasks'>[],
): Promise<void> {
  if (!closed.length) return;
  await completeTasksAbout(
    work,
    [...tasksOfOpenLoan],
    closed.flatMap(({ id, hasTasks }) => (hasTasks ? [id] : [])),
  );
  await endFollowUps(
    work,
    closed.map(({ id }) => id),
  );
  await closeReferralsWhenDone(
    work,
    closed.flatMap(({ referralId }) => referralId ?? []),
  );
}

/** What an event says of the day on which something ended: nothing where it was written down on that day. */
export const dayIfNotToday = ({ today }: Work, on: string) => (on === today ? {} : { on });

/** The things whose story a loan and these devices of it are part of. */
export function subjectsOfLoan(
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

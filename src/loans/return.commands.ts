import { sql } from 'kysely';
import { stopNumbersOnDevices } from '../patients/patient.commands.ts';
import { closeReferralWhenDone } from '../referrals/closing.commands.ts';
import type { Context } from '../shared/actor.ts';
import { timestamp, today } from '../shared/clock.ts';
import { command } from '../shared/command.ts';
import type { Trx } from '../shared/database.ts';
import type { Deps } from '../shared/deps.ts';
import { recordEvent, type SubjectType } from '../shared/events.ts';
import { type FieldError, invalid, Problem } from '../shared/problem.ts';
import { endFollowUps } from '../support/follow-up.commands.ts';
import { createTasks } from '../tasks/task.commands.ts';
import type { NewReturn, Returned } from './loan.schemas.ts';

/**
 * Takes items of a loan back: their devices begin a new cycle of preparation with every check
 * open. The loan closes with its last item, which cancels its follow-ups still ahead and their
 * reminders; the referral closes when nothing is left to do for it.
 * @throws Problem `not-found`, `invalid` for items of another loan, `loan-closed`, `item-already-ended`
 */
export async function returnItems(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReturn,
): Promise<Returned> {
  const ids = input.items.map(({ itemId }) => itemId);
  if (new Set(ids).size < ids.length)
    throw invalid({ pointer: '/items', message: 'Name each item only once.' });
  if (!ids.length) throw invalid({ pointer: '/items', message: 'Name at least one item.' });
  return command(deps, ctx, async (trx) => {
    const loan = await lockForReturn(trx, loanId, ids);
    assertReturnable(loan, input);
    const at = timestamp(deps.clock);
    const closes = loan.openItems === ids.length;
    const items = await takeBack(trx, loanId, input, { at, day: today(deps.clock), closes });
    if (closes) await endFollowUps(trx, deps, { loanId });
    if (loan.patientId) await stopNumbers(trx, deps, ctx, loan.patientId, items);
    const subjects: [SubjectType, string | null][] = [
      ['loan', loanId],
      ['patient', loan.patientId],
      ['referral', loan.referralId],
      ['location', loan.locationId],
      ...items.map(({ deviceId }) => ['device', deviceId] as [SubjectType, string]),
    ];
    const status = closes ? 'closed' : 'open';
    await recordEvent(trx, deps, ctx, {
      type: 'loan.returned',
      subjects: subjects.filter((subject): subject is [SubjectType, string] => subject[1] !== null),
      values: { status, assetTags: items.map(({ assetTag }) => assetTag), itemIds: ids },
      fields: input.items.some(({ notes }) => notes) ? ['returnNotes'] : [],
    });
    if (closes && loan.referralId) await closeReferralWhenDone(trx, deps, ctx, loan.referralId);
    return { loan: { id: loanId, status }, items };
  });
}

/** A device's number stops with the device; someone asks for another way to reach the patient. */
async function stopNumbers(
  trx: Trx,
  deps: Deps,
  ctx: Context,
  patientId: string,
  items: Returned['items'],
): Promise<void> {
  const deviceIds = items.map(({ deviceId }) => deviceId);
  const stopped = await stopNumbersOnDevices(trx, patientId, deviceIds, timestamp(deps.clock));
  if (!stopped) return;
  await createTasks(
    trx,
    deps,
    [{ kind: 'number_stopped', subjectType: 'patient', subjectId: patientId, patientId }],
    ctx,
  );
}

type LockedLoan = {
  status: 'open' | 'closed';
  patientId: string | null;
  referralId: string | null;
  locationId: string | null;
  openItems: number;
  items: { id: string; status: string }[];
};

/** Locks the patient, the referral, the loan, its items and their devices, in that order. */
async function lockForReturn(trx: Trx, loanId: string, itemIds: string[]): Promise<LockedLoan> {
  const { rows } = await sql<LockedLoan>`/* loan.lock-for-return */
    with of as materialized (
      select patient_id, referral_id from loan where id = ${loanId}
    ), p as materialized (
      select p.id from patient p where p.id = (select patient_id from of) for no key update
    ), r as materialized (
      select r.id from referral r where r.id = (select referral_id from of) and (select count(*) from p) >= 0 for no key update
    ), l as materialized (
      select * from loan where id = ${loanId} and (select count(*) from r) >= 0 for no key update
    ), i as materialized (
      select id, device_id, status, ended_at from loan_item
      where loan_id = (select id from l) order by id for no key update
    ), d as materialized (
      select id from device where id in (select device_id from i where id = any(${itemIds}::uuid[])) order by id for no key update
    )
    select l.status, l.patient_id as "patientId", l.referral_id as "referralId", l.location_id as "locationId",
      (select count(*)::int from i where ended_at is null) as "openItems", (select count(*) from d),
      coalesce((select json_agg(json_build_object('id', id, 'status', status)) from i), '[]') as items
    from l`.execute(trx);
  if (!rows[0]) throw new Problem('not-found');
  return rows[0];
}

function assertReturnable(loan: LockedLoan, input: NewReturn): void {
  const errors: FieldError[] = [];
  const ended: { itemId: string; status: string }[] = [];
  input.items.forEach(({ itemId }, place) => {
    const item = loan.items.find(({ id }) => id === itemId);
    if (!item)
      errors.push({
        pointer: `/items/${place}/itemId`,
        message: 'There is no item of this id on this loan.',
      });
    else if (item.status !== 'on_loan') ended.push({ itemId, status: item.status });
  });
  if (errors.length) throw new Problem('invalid', { errors });
  if (loan.status === 'closed')
    throw new Problem('loan-closed', {
      detail: 'Everything on this loan has come back or ended.',
      items: ended,
    });
  if (ended.length)
    throw new Problem('item-already-ended', {
      detail: 'Leave out what has ended and send the rest.',
      items: ended,
    });
}

async function takeBack(
  trx: Trx,
  loanId: string,
  input: NewReturn,
  on: { at: string; day: string; closes: boolean },
): Promise<Returned['items']> {
  const rows = input.items.map(({ itemId, condition, notes }) => ({ id: itemId, condition, notes }));
  const result = await sql<Returned['items'][number]>`/* loan.take-back */
    with t as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t (id uuid, condition text, notes text)
    ), i as (
      update loan_item i set status = 'returned', ended_at = ${on.at}::timestamptz, condition_in = t.condition, return_notes = t.notes
      from t where i.id = t.id and i.ended_at is null returning i.id, i.device_id, i.status, t.condition
    ), d as (
      update device d set status = 'in_preparation', cycle = cycle + 1, cycle_started_on = ${on.day}::date, condition = i.condition,
        changed_at = ${on.at}::timestamptz
      from i where d.id = i.device_id and d.status = 'on_loan' returning d.id, d.asset_tag
    ), l as (
      update loan set changed_at = ${on.at}::timestamptz, status = case when ${on.closes} then 'closed' else status end,
        closed_at = case when ${on.closes} then ${on.at}::timestamptz end
      where id = ${loanId}
    )
    select i.id, i.device_id as "deviceId", d.asset_tag as "assetTag", i.status from i join d on d.id = i.device_id order by i.id`.execute(
    trx,
  );
  return result.rows;
}

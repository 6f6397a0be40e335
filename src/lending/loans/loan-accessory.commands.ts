import { sql } from 'kysely';
import { closeReferralsWhenDone } from '../../referrals/closing.commands.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvent } from '../../shared/events.ts';
import { invalid, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { many, one } from '../../shared/statements.ts';
import type { Work } from '../../shared/work.ts';
import { lockStock, moveStock } from '../../stock/accessories/stock.commands.ts';
import { completeTasksAbout } from '../../tasks/task.commands.ts';
import { dayIfNotToday, endHelp, type LockedLoan, lockLoans, subjectsOfLoan } from './ending.commands.ts';
import { accessoriesShort, accessoryWords, type Wanted } from './issue-kit.rules.ts';
import { type LoanStatus, loanStatuses, tasksOfOpenLoan, whyNotOpen } from './loan.rules.ts';
import type { AccessoryLine, LoanStatusNow, NewMissingAccessories } from './loan.schemas.ts';
import { isOpenLoan, isOut } from './loan.states.ts';
import { missingOf, stockOf } from './loan-accessory.queries.ts';
import { loanMove } from './status.commands.ts';

/**
 * Lends accessories with a loan: takes them out of a place's stock, writes the log and what the loan
 * has. One statement, and the last of an issue: everyone takes from these few rows. They are locked by
 * id, and taken only where there is enough; what another took meanwhile is seen once the lock is held.
 * @throws Problem `accessories-short` (rule 5) with what there is
 */
export async function lendAccessories(
  work: Work,
  { loanId, wanted, locationId }: { loanId: string; wanted: Wanted[]; locationId: string },
): Promise<void> {
  const row = await one(work.trx, 'loan.lend-accessories', { taken: col.number })`
    with w as materialized (
      select * from unnest(${wanted.map(({ id }) => id)}::uuid[], ${wanted.map(({ quantity }) => quantity)}::int[]) w (accessory_id, quantity)
    ), locked as materialized (
      select accessory_id from accessory_stock
      where location_id = ${locationId} and accessory_id in (select accessory_id from w) order by accessory_id for no key update
    ), s as (
      update accessory_stock s set quantity = s.quantity - w.quantity from w
      where s.accessory_id = w.accessory_id and s.location_id = ${locationId} and s.quantity >= w.quantity
        and (select count(*) from locked) >= 0
      returning s.accessory_id, w.quantity
    ), l as (
      insert into loan_accessory (loan_id, accessory_id, quantity, location_id)
      select ${loanId}::uuid, accessory_id, quantity, ${locationId}::uuid from s
    ), m as (
      insert into accessory_movement (id, accessory_id, location_id, kind, change, loan_id, actor_name, at)
      select new_id(), accessory_id, ${locationId}::uuid, 'issued', -quantity, ${loanId}::uuid, ${work.ctx.actor.name}, ${work.at}::timestamptz
      from s
    )
    select count(*)::int as taken from s`;
  if (row.taken === wanted.length) return;
  const now = await stockOf(
    work.trx,
    wanted.map(({ id }) => id),
  );
  throw accessoriesShort(
    wanted.map((one) => ({ ...one, ...now.find(({ id }) => id === one.id)! })),
    locationId,
  );
}

/** So many of an accessory of a loan that came back or do not, and where they were taken from. */
export const EndedAccessory = {
  id: col.text,
  kind: col.text,
  quantity: col.number,
  locationId: col.orNull(col.text),
};
export type EndedAccessory = RowOf<typeof EndedAccessory>;

/**
 * Marks accessories of a locked loan as back, or as not coming back: one statement. It comes before
 * `endItems`, which asks whether any is missing.
 * @throws Problem `invalid` for a kind that is not on the loan, `item-already-ended` for more than is out
 */
export async function endAccessories(
  trx: Trx,
  loan: LockedLoan,
  given: AccessoryLine[],
  as: 'returned' | 'written_off',
): Promise<EndedAccessory[]> {
  if (!given.length) return [];
  const kinds = given.map(({ kind }) => kind.trim().toLowerCase());
  const twice = kinds.findIndex((kind, place) => kinds.indexOf(kind) < place);
  if (twice >= 0)
    throw invalid({ pointer: `/accessories/${twice}/kind`, message: 'Name each accessory only once.' });
  const rows = await many(trx, 'loan.end-accessories', EndedAccessory)`
    with t as materialized (
      select a.id, a.kind, t.quantity
      from unnest(${kinds}::text[], ${given.map(({ quantity }) => quantity)}::int[]) t (kind, quantity) join accessory a on lower(a.kind) = t.kind
    )
    update loan_accessory o set
      returned = o.returned + case ${as}::text when 'returned' then t.quantity else 0 end,
      written_off = o.written_off + case ${as}::text when 'written_off' then t.quantity else 0 end
    from t where o.loan_id = ${loan.id} and o.accessory_id = t.id and o.returned + o.written_off + t.quantity <= o.quantity
    returning t.id, t.kind, t.quantity, o.location_id as "locationId"`;
  if (rows.length === given.length) return rows.sort((one, other) => (one.id < other.id ? -1 : 1));
  throw await notOut(trx, loan.id, given);
}

/** Why accessories cannot come back: the loan has no such kind, or no longer so many. */
async function notOut(trx: Trx, loanId: string, given: AccessoryLine[]): Promise<Problem> {
  const rows = await many(trx, 'loan.accessories-out', { kind: col.text, out: col.number })`
    select a.kind, o.quantity - o.returned - o.written_off as out
    from loan_accessory o join accessory a on a.id = o.accessory_id where o.loan_id = ${loanId}`;
  const outOf = new Map(rows.map((row) => [row.kind.toLowerCase(), row]));
  const lines = given.map(({ kind, quantity }) => ({ quantity, own: outOf.get(kind.trim().toLowerCase()) }));
  const errors = lines.flatMap(({ own }, place) =>
    own
      ? []
      : [{ pointer: `/accessories/${place}/kind`, message: 'This loan has no accessory of this kind.' }],
  );
  if (errors.length) return new Problem('invalid', { errors });
  const over = lines.flatMap(({ own, quantity }) => (own!.out < quantity ? own! : []));
  return new Problem('item-already-ended', {
    detail: `Still out of this loan: ${over.map(({ kind, out }) => `${kind} × ${out}`).join(', ')}.`,
    accessories: over.map(({ kind, out }) => ({ kind, quantity: out })),
  });
}

/**
 * Puts accessories that came back into the stock of a place, or of the one they came from, with the log.
 * Two statements, the last of a return.
 * @param at the instant at which they came back, the same as of what came back with them
 * @throws Problem `invalid` when neither is known
 */
export async function restock(
  work: Work,
  loanId: string,
  back: EndedAccessory[],
  { locationId, at }: { locationId: string | undefined; at: string },
): Promise<void> {
  if (!back.length) return;
  const rows = back.map(({ id, quantity, locationId: from }) => ({
    accessoryId: id,
    locationId: locationId ?? from,
    kind: 'returned' as const,
    change: quantity,
    loanId,
  }));
  const known = rows.flatMap(({ accessoryId, locationId: place }) =>
    place ? { accessoryId, locationId: place } : [],
  );
  if (known.length < rows.length)
    throw invalid({ pointer: '/locationId', message: 'Say where the accessories are kept from now on.' });
  await lockStock(work.trx, known);
  await moveStock(work, rows, at);
}

/**
 * Closes a locked loan when no item of it is out and no accessory is missing.
 * @param on the civil day on which the last accessory ended
 * @returns how it stands now, and how the incident stands that ended the last of its items, if one did
 */
async function closeWhenDone(
  work: Work,
  loanId: string,
  on: string,
): Promise<{ status: LoanStatus; incident: 'open' | 'closed' | null }> {
  const { at } = work;
  return one(work.trx, 'loan.close-when-done', {
    status: col.oneOf(loanStatuses),
    incident: col.orNull(col.oneOf(['open', 'closed'])),
  })`
    with now as (
      select not exists (select from loan_item i where i.loan_id = ${loanId} and ${isOut('i')})
        and not exists (select from loan_accessory a where a.loan_id = ${loanId} and a.returned + a.written_off < a.quantity) as closes,
        greatest(${on}::date, (select max(i.ended_on) from loan_item i where i.loan_id = ${loanId})) as closed_on
    )
    ${loanMove('its last item ends and nothing is missing', {
      from: sql`now`,
      which: sql`l.id = ${loanId}`,
      when: sql`now.closes`,
      at,
      on: sql`now.closed_on`,
    })} returning l.status, (
      select (select n.status from incident n where n.id = i.incident_id) from loan_item i
      where i.loan_id = l.id order by i.ended_at desc nulls first, i.id desc limit 1) as incident`;
}

type EndsAccessories = 'loan.returned' | 'loan.accessories_written_off';

/**
 * What follows when accessories of a loan end while none of its items does: the loan may close, and
 * the log says so. Where an incident took the last device, the person's support goes on as it does
 * when nothing else was out.
 * @param event with the civil day `on` which they ended; today when left out
 */
export async function settleAccessories(
  work: Work,
  loan: LockedLoan,
  ended: EndedAccessory[],
  { on = work.today, ...event }: { type: EndsAccessories; fields?: string[]; on?: string | undefined },
): Promise<LoanStatus> {
  const { status, incident } = await closeWhenDone(work, loan.id, on);
  await recordEvent(work, {
    ...event,
    subjects: subjectsOfLoan(loan, []),
    values: { status, accessory: accessoryWords(ended), ...dayIfNotToday(work, on) },
  });
  if (status === 'closed' && incident) await completeTasksAbout(work, [...tasksOfOpenLoan], [loan.id]);
  if (status === 'closed' && !incident) await endHelp(work, [loan]);
  if (status === 'closed' && incident === 'closed' && loan.referralId)
    await closeReferralsWhenDone(work, [loan.referralId]);
  return status;
}

/**
 * Records that accessories of a loan will not come back, and why. Nothing is asked of anyone for it.
 * The loan closes when nothing else is out.
 * @throws Problem `not-found`, `invalid`, `loan-closed`, `item-already-ended` for more than is out
 */
export async function writeOffAccessories(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewMissingAccessories,
): Promise<LoanStatusNow> {
  return command(deps, ctx, async (work) => {
    const { loans } = await lockLoans(work.trx, [loanId], {});
    const [loan] = loans;
    if (!loan) throw new Problem('not-found');
    if (!isOpenLoan.of(loan.status)) throw new Problem('loan-closed', { detail: whyNotOpen(loan.status) });
    const ended = await endAccessories(work.trx, loan, input.accessories, 'written_off');
    const status = await settleAccessories(work, loan, ended, {
      type: 'loan.accessories_written_off',
      fields: ['reason'],
    });
    await moveStock(
      work,
      ended.map(({ id, quantity, locationId }) => ({
        accessoryId: id,
        locationId,
        kind: 'not_returned',
        change: 0,
        quantity,
        loanId,
        note: input.reason,
      })),
    );
    return { loan: { id: loanId, status }, missing: await missingOf(work.trx, loanId) };
  });
}

import { requireLocation } from '../../scheme/organisations/location.queries.ts';
import type { Context } from '../../shared/actor.ts';
import { command } from '../../shared/command.ts';
import type { Trx } from '../../shared/database.ts';
import type { Deps } from '../../shared/deps.ts';
import { recordEvents } from '../../shared/events.ts';
import { type FieldError, invalid, Problem } from '../../shared/problem.ts';
import type { Work } from '../../shared/work.ts';
import { findScanned } from '../../stock/devices/scan.queries.ts';
import { isWithSomeone, notOnLoan } from '../../stock/devices/scan.rules.ts';
import { reasonsOf } from './end-reason.commands.ts';
import { type Because, becauseErrors } from './end-reason.rules.ts';
import {
  dayIfNotToday,
  type EndedItem,
  endHelp,
  endItems,
  type LockedDevice,
  type LockedLoan,
  lockLoans,
  subjectsOfLoan,
} from './ending.commands.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import { whyNotOpen } from './loan.rules.ts';
import type { NewReturn, NewReturns, Returned, ReturnLine, ReturnsDone } from './loan.schemas.ts';
import { isOpenLoan, isOut } from './loan.states.ts';
import {
  type EndedAccessory,
  endAccessories,
  restock,
  settleAccessories,
} from './loan-accessory.commands.ts';
import { missingOf } from './loan-accessory.queries.ts';
import { comingBackFault, type OutItem, returnDayFault } from './loan-days.rules.ts';

/**
 * Takes items of a loan back: their devices begin a new cycle of preparation with every check
 * open. Accessories go back into the stock of the place given, or of the one they came from. The loan
 * closes with the last of both, which cancels its follow-ups still ahead and their reminders; the
 * referral closes when nothing is left to do for it.
 * @throws Problem `not-found`, `invalid` for what is not on this loan or a day on which it cannot have come back,
 * `loan-closed`, `item-already-ended`
 */
export async function returnItems(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReturn,
): Promise<Returned> {
  return command(deps, ctx, async (work) => (await takeItemsBack(work, loanId, input)).returned);
}

/** The same within a transaction that does more; the loan as it was locked comes with it. */
export async function takeItemsBack(
  work: Work,
  loanId: string,
  input: NewReturn,
): Promise<{ loan: LockedLoan; returned: Returned }> {
  const { items, accessories = [], locationId, because } = input;
  const given = items.map((item) => ({ ...item, because }));
  const ids = given.map(({ itemId }) => itemId);
  if (new Set(ids).size < ids.length)
    throw invalid({ pointer: '/items', message: 'Name each item only once.' });
  if (!ids.length && !accessories.length)
    throw invalid({ pointer: '/items', message: 'Name at least one item or accessory.' });
  if (because && !ids.length)
    throw invalid({
      pointer: '/because/reason',
      message: 'Only what comes back with a device has a reason.',
    });
  assertBecause(becauseErrors(because, '/because'));
  if (locationId) await requireLocation(work.trx, locationId);
  const { loans, devices } = await lockLoans(work.trx, [loanId], { itemIds: ids });
  const [loan] = loans;
  if (!loan) throw new Problem('not-found');
  const { on = work.today } = input;
  const fault = dayFault(on, work.today, outItems(loan, devices, ids));
  assertReturnable(loan, input, fault);
  const { at } = work;
  const back = await endAccessories(work.trx, loan, accessories, 'returned');
  const ended = given.length
    ? await takeBack(work, loans, { items: given, accessories: back, locationId, on, at })
    : [];
  const status =
    ended[0]?.loanStatus ?? (await settleAccessories(work, loan, back, { type: 'loan.returned', on }));
  await restock(work, loanId, back, { locationId, at });
  const returned: Returned = {
    loan: { id: loanId, status },
    items: ended.map(({ id, deviceId, assetTag, status }) => ({ id, deviceId, assetTag, status })),
    missing: status === 'open' ? await missingOf(work.trx, loanId) : { items: [], accessories: [] },
  };
  return { loan, returned };
}

/**
 * Takes back many devices by their labels, of whatever loans: all or none, or with `partial` those
 * that can be. A label named twice counts once. The same few statements whatever their number.
 * @throws Problem `invalid` for an unknown location or a day that is ahead; `return-refused` with a verdict per line
 */
export async function returnDevices(
  deps: Deps,
  ctx: Context,
  input: NewReturns,
  partial = false,
): Promise<ReturnsDone> {
  return command(deps, ctx, async (work) => {
    const { on = work.today } = input;
    const ahead = comingBackFault(on, work.today);
    if (ahead) throw invalid(ahead);
    assertBecause(
      input.items.flatMap(({ because }, place) => becauseErrors(because, `/items/${place}/because`)),
    );
    if (input.locationId) await requireLocation(work.trx, input.locationId);
    const read = await judgeReturns(work.trx, input);
    const wanted = read.filter(({ verdict }) => verdict === 'returned');
    const itemIds = wanted.map(({ itemId }) => itemId!);
    const { loans } = await lockLoans(work.trx, [...new Set(wanted.map(({ loanId }) => loanId!))], {
      itemIds,
    });
    const outFrom = new Map(
      loans.flatMap(({ items }) =>
        items.flatMap((item) => (isOut.of(item.status) ? [[item.id, item.outFrom] as const] : [])),
      ),
    );
    const lines = read.map((line): ReturnLine => {
      if (line.verdict !== 'returned') return line;
      const from = outFrom.get(line.itemId!);
      const fault = from
        ? returnDayFault(on, { assetTag: line.assetTag!, outFrom: from })
        : `${line.assetTag} has just come back or ended.`;
      return fault ? { ...line, verdict: 'refused', text: fault } : line;
    });
    const taken = lines.filter(({ verdict }) => verdict === 'returned');
    if (!taken.length || (!partial && lines.some(({ verdict }) => verdict === 'refused')))
      throw new Problem('return-refused', {
        detail: lines.flatMap(({ verdict, text }) => (verdict === 'refused' ? text : [])).join(' '),
        lines,
      });
    const items = taken.map(({ line, itemId }) => {
      const { condition, notes, because } = input.items[line - 1]!;
      return { itemId: itemId!, condition, notes, because };
    });
    const ended = await takeBack(work, loans, { items, locationId: input.locationId, on, at: work.at });
    const statusOf = new Map(ended.map(({ loanId, loanStatus }) => [loanId, loanStatus]));
    return {
      lines,
      loans: loans.flatMap(({ id, reference }) => {
        const status = statusOf.get(id);
        return status ? [{ id, reference, status }] : [];
      }),
    };
  });
}

/** What each line names and whether it is on loan, as far as can be told before anything is locked. */
async function judgeReturns(trx: Trx, { items }: NewReturns): Promise<ReturnLine[]> {
  const errors: FieldError[] = items.flatMap(({ assetTag, deviceId }, place) =>
    !assetTag === !deviceId
      ? [{ pointer: `/items/${place}`, message: 'Give the asset tag or the deviceId.' }]
      : [],
  );
  if (errors.length) throw new Problem('invalid', { errors });
  const scans = await findScanned(
    trx,
    items.map(({ assetTag, deviceId }) => assetTag ?? deviceId!),
    { fits: isWithSomeone },
  );
  const seen = new Set<string>();
  return scans.map((scan, place): ReturnLine => {
    const { device } = scan;
    const of = {
      line: place + 1,
      assetTag: device?.assetTag ?? null,
      itemId: device?.loan?.itemId ?? null,
      loanId: device?.loan?.id ?? null,
    };
    if (!device?.loan) return { ...of, verdict: 'refused', text: notOnLoan(scan) };
    if (seen.has(device.id))
      return { ...of, verdict: 'twice', text: `${device.assetTag} is in the list already.` };
    seen.add(device.id);
    return {
      ...of,
      verdict: 'returned',
      text: `${device.assetTag} came back, loan ${device.loan.reference}.`,
    };
  });
}

/** What comes back, the civil day on which it did, the place that it goes to, and the instant of it all. */
type Back = {
  items: (NewReturn['items'][number] & { because: Because | undefined })[];
  accessories?: EndedAccessory[];
  locationId: string | undefined;
  on: string;
  at: string;
};

/** Ends items of locked loans as returned, with what follows for the people and the log. */
async function takeBack(
  work: Work,
  loans: LockedLoan[],
  { items, accessories = [], locationId, on, at }: Back,
): Promise<EndedItem[]> {
  const ended = await endItems(
    work,
    items.map((item) => ({ ...item, as: 'returned', device: 'in_preparation', on })),
    { locationId, at },
  );
  const byLoan = Map.groupBy(ended, ({ loanId }) => loanId);
  const touched = loans.filter(({ id }) => byLoan.has(id));
  const noted = new Set(items.flatMap(({ itemId, notes }) => (notes ? itemId : [])));
  await recordEvents(work, [
    ...touched.map((loan) => {
      const own = byLoan.get(loan.id)!;
      return {
        type: 'loan.returned' as const,
        subjects: subjectsOfLoan(
          loan,
          own.map(({ deviceId }) => deviceId),
        ),
        values: {
          status: own[0]!.loanStatus,
          assetTags: own.map(({ assetTag }) => assetTag),
          itemIds: own.map(({ id }) => id),
          ...(accessories.length && { accessory: accessoryWords(accessories) }),
          ...dayIfNotToday(work, on),
        },
        fields: own.some(({ id }) => noted.has(id)) ? ['returnNotes'] : [],
      };
    }),
    ...touched.flatMap((loan) => reasonsOf(loan, byLoan.get(loan.id)!, items)),
  ]);
  await endHelp(
    work,
    touched.filter(({ id }) => byLoan.get(id)![0]!.loanStatus === 'closed'),
  );
  return ended;
}

function assertBecause(errors: FieldError[]): void {
  if (errors.length) throw new Problem('invalid', { errors });
}

/** Those of the items named that are out, each with its label and the earliest day on which it can come back. */
function outItems({ items }: LockedLoan, devices: LockedDevice[], ids: string[]): OutItem[] {
  return items.flatMap(({ id, deviceId, status, outFrom }) =>
    ids.includes(id) && isOut.of(status)
      ? { assetTag: devices.find((device) => device.id === deviceId)!.assetTag, outFrom }
      : [],
  );
}

/** What is wrong with the day on which items came back. */
function dayFault(on: string, today: string, items: OutItem[]): FieldError[] {
  const ahead = comingBackFault(on, today);
  const early = items.flatMap((item) => returnDayFault(on, item) ?? []);
  if (ahead) return [ahead];
  return early.length ? [{ pointer: '/on', message: early.join(' ') }] : [];
}

function assertReturnable(loan: LockedLoan, input: NewReturn, ofDay: FieldError[]): void {
  const errors: FieldError[] = [...ofDay];
  const ended: { itemId: string; status: string }[] = [];
  input.items.forEach(({ itemId }, place) => {
    const item = loan.items.find(({ id }) => id === itemId);
    if (!item)
      errors.push({
        pointer: `/items/${place}/itemId`,
        message: 'There is no item of this id on this loan.',
      });
    else if (!isOut.of(item.status)) ended.push({ itemId, status: item.status });
  });
  if (errors.length) throw new Problem('invalid', { errors });
  if (!isOpenLoan.of(loan.status))
    throw new Problem('loan-closed', {
      detail: whyNotOpen(loan.status),
      items: ended,
    });
  if (ended.length)
    throw new Problem('item-already-ended', {
      detail: 'Leave out what has ended and send the rest.',
      items: ended,
    });
}

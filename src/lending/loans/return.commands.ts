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
import {
  type EndedItem,
  endHelp,
  endItems,
  type LockedLoan,
  lockLoans,
  subjectsOfLoan,
} from './ending.commands.ts';
import { accessoryWords } from './issue-kit.rules.ts';
import type { NewReturn, NewReturns, Returned, ReturnLine, ReturnsDone } from './loan.schemas.ts';
import { isOut } from './loan.states.ts';
import {
  type EndedAccessory,
  endAccessories,
  restock,
  settleAccessories,
} from './loan-accessory.commands.ts';
import { missingOf } from './loan-accessory.queries.ts';

/**
 * Takes items of a loan back: their devices begin a new cycle of preparation with every check
 * open. Accessories go back into the stock of the place given, or of the one they came from. The loan
 * closes with the last of both, which cancels its follow-ups still ahead and their reminders; the
 * referral closes when nothing is left to do for it.
 * @throws Problem `not-found`, `invalid` for what is not on this loan, `loan-closed`, `item-already-ended`
 */
export async function returnItems(
  deps: Deps,
  ctx: Context,
  loanId: string,
  input: NewReturn,
): Promise<Returned> {
  const { items: given, accessories = [], locationId } = input;
  const ids = given.map(({ itemId }) => itemId);
  if (new Set(ids).size < ids.length)
    throw invalid({ pointer: '/items', message: 'Name each item only once.' });
  if (!ids.length && !accessories.length)
    throw invalid({ pointer: '/items', message: 'Name at least one item or accessory.' });
  return command(deps, ctx, async (work) => {
    if (locationId) await requireLocation(work.trx, locationId);
    const { loans } = await lockLoans(work.trx, [loanId], { itemIds: ids });
    const [loan] = loans;
    if (!loan) throw new Problem('not-found');
    assertReturnable(loan, input);
    const back = await endAccessories(work.trx, loan, accessories, 'returned');
    const items = given.length
      ? await takeBack(work, loans, { items: given, accessories: back, locationId })
      : [];
    const status =
      items[0]?.loanStatus ?? (await settleAccessories(work, loan, back, { type: 'loan.returned' }));
    await restock(work, loanId, back, locationId);
    return {
      loan: { id: loanId, status },
      items: items.map(({ id, deviceId, assetTag, status }) => ({ id, deviceId, assetTag, status })),
      missing: status === 'open' ? await missingOf(work.trx, loanId) : { items: [], accessories: [] },
    };
  });
}

/**
 * Takes back many devices by their labels, of whatever loans: all or none, or with `partial` those
 * that can be. A label named twice counts once. The same few statements whatever their number.
 * @throws Problem `invalid` for an unknown location; `return-refused` with a verdict per line
 */
export async function returnDevices(
  deps: Deps,
  ctx: Context,
  input: NewReturns,
  partial = false,
): Promise<ReturnsDone> {
  return command(deps, ctx, async (work) => {
    if (input.locationId) await requireLocation(work.trx, input.locationId);
    const read = await judgeReturns(work.trx, input);
    const wanted = read.filter(({ verdict }) => verdict === 'returned');
    const itemIds = wanted.map(({ itemId }) => itemId!);
    const { loans } = await lockLoans(work.trx, [...new Set(wanted.map(({ loanId }) => loanId!))], {
      itemIds,
    });
    const out = new Set(
      loans.flatMap(({ items }) => items.flatMap(({ id, status }) => (isOut.of(status) ? id : []))),
    );
    const lines = read.map((line) =>
      line.verdict === 'returned' && !out.has(line.itemId!)
        ? { ...line, verdict: 'refused' as const, text: `${line.assetTag} has just come back or ended.` }
        : line,
    );
    const taken = lines.filter(({ verdict }) => verdict === 'returned');
    if (!taken.length || (!partial && lines.some(({ verdict }) => verdict === 'refused')))
      throw new Problem('return-refused', {
        detail: lines.flatMap(({ verdict, text }) => (verdict === 'refused' ? text : [])).join(' '),
        lines,
      });
    const items = taken.map(({ line, itemId }) => {
      const { condition, notes } = input.items[line - 1]!;
      return { itemId: itemId!, condition, notes };
    });
    const ended = await takeBack(work, loans, { items, locationId: input.locationId });
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

/** What comes back, and the place that it goes to. */
type Back = {
  items: NewReturn['items'];
  accessories?: EndedAccessory[];
  locationId: string | undefined;
};

/** Ends items of locked loans as returned, with what follows for the people and the log. */
async function takeBack(
  work: Work,
  loans: LockedLoan[],
  { items, accessories = [], locationId }: Back,
): Promise<EndedItem[]> {
  const ended = await endItems(
    work,
    items.map((item) => ({ ...item, as: 'returned', device: 'in_preparation' })),
    { locationId },
  );
  const byLoan = Map.groupBy(ended, ({ loanId }) => loanId);
  const touched = loans.filter(({ id }) => byLoan.has(id));
  const noted = new Set(items.flatMap(({ itemId, notes }) => (notes ? itemId : [])));
  await recordEvents(
    work,
    touched.map((loan) => {
      const own = byLoan.get(loan.id)!;
      return {
        type: 'loan.returned',
        subjects: subjectsOfLoan(
          loan,
          own.map(({ deviceId }) => deviceId),
        ),
        values: {
          status: own[0]!.loanStatus,
          assetTags: own.map(({ assetTag }) => assetTag),
          itemIds: own.map(({ id }) => id),
          ...(accessories.length && { accessory: accessoryWords(accessories) }),
        },
        fields: own.some(({ id }) => noted.has(id)) ? ['returnNotes'] : [],
      };
    }),
  );
  await endHelp(
    work,
    touched.filter(({ id }) => byLoan.get(id)![0]!.loanStatus === 'closed'),
  );
  return ended;
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
    else if (!isOut.of(item.status)) ended.push({ itemId, status: item.status });
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

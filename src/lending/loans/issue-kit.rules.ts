import { needsMet } from '../../referrals/needs-met.rules.ts';
import type { Need } from '../../referrals/referral.rules.ts';
import { type FieldError, Problem } from '../../shared/problem.ts';
import { col, type RowOf } from '../../shared/rows.ts';
import { timesWords } from '../../stock/accessories/accessory.rules.ts';
import type { DeviceToIssue } from '../../stock/devices/going-out.rules.ts';
import { fillKit, KitLine, lineName, lineWords } from '../../stock/kits/kit.rules.ts';

/** A kind of accessory with how many there are, place by place. */
export const InStock = {
  id: col.text,
  kind: col.text,
  stock: col.listOf(
    col.object({ location: col.object({ id: col.text, name: col.text }), quantity: col.number }),
  ),
};
export type InStock = RowOf<typeof InStock>;
export const KitToIssue = { id: col.text, name: col.text, lines: col.listOf(col.object(KitLine)) };
export type KitToIssue = RowOf<typeof KitToIssue>;
/** What an issue asks for beside its devices, as the database has it. */
export const IssueExtras = {
  accessories: col.listOf(col.object(InStock)),
  kit: col.orNull(col.object(KitToIssue)),
  stockLocationExists: col.boolean,
};
export type IssueExtras = RowOf<typeof IssueExtras>;
export type KitGap = { line: number; what: string; reason: string };
/** So many of a kind that are wanted, with the stock they come from. */
export type Wanted = InStock & { quantity: number };

type Asked = {
  accessories?: { kind: string; quantity: number }[] | undefined;
  stockLocationId?: string | undefined;
  kitId?: string | undefined;
  kitGaps?: { line: number; reason: string }[] | undefined;
};

const isSame = (one: string, other: string) => one.trim().toLowerCase() === other.trim().toLowerCase();

/** What of the request's accessories and kit is not right or is not there. */
export function extrasErrors(
  { accessories = [], stockLocationId, kitId, kitGaps = [] }: Asked,
  found: IssueExtras,
): FieldError[] {
  const errors: FieldError[] = accessories.flatMap(({ kind }, place) => {
    const pointer = `/accessories/${place}/kind`;
    if (accessories.findIndex((other) => isSame(other.kind, kind)) < place)
      return [{ pointer, message: 'Name each accessory only once.' }];
    return found.accessories.some((one) => isSame(one.kind, kind))
      ? []
      : [{ pointer, message: 'There is no accessory of this kind.' }];
  });
  if (accessories.length && stockLocationId && !found.stockLocationExists)
    errors.push({ pointer: '/stockLocationId', message: 'There is no location of this id.' });
  if (kitId && !found.kit) errors.push({ pointer: '/kitId', message: 'There is no kit of this id.' });
  kitGaps.forEach(({ line }, place) => {
    if (!kitId)
      errors.push({ pointer: `/kitGaps/${place}`, message: 'Give the kitId that it is a line of.' });
    else if (found.kit && !found.kit.lines.some((one) => one.line === line))
      errors.push({ pointer: `/kitGaps/${place}/line`, message: 'The kit has no such line.' });
  });
  return errors;
}

/** The accessories of a request that `extrasErrors` found right, with the stock of each. */
export function wantedOf({ accessories = [] }: Asked, found: IssueExtras): Wanted[] {
  return accessories.map(({ kind, quantity }) => ({
    ...found.accessories.find((one) => isSame(one.kind, kind))!,
    quantity,
  }));
}

const thereAt = ({ stock }: InStock, locationId: string) =>
  stock.find(({ location }) => location.id === locationId)?.quantity ?? 0;

/** The places that have enough of all that is wanted. */
export function placesWith(wanted: Wanted[]): { id: string; name: string }[] {
  const places = new Map(
    wanted.flatMap(({ stock }) => stock.map(({ location }) => [location.id, location] as const)),
  );
  return [...places.values()].filter(({ id }) => wanted.every((one) => thereAt(one, id) >= one.quantity));
}

/**
 * The one place that accessories are taken from: as given, or the only one that has enough of all.
 * @throws Problem `invalid` when there are several, `accessories-short` when there is none
 */
export function placeOf(wanted: Wanted[], stockLocationId: string | undefined): string {
  if (stockLocationId) return stockLocationId;
  const [only, ...others] = placesWith(wanted);
  if (!only) throw accessoriesShort(wanted);
  if (!others.length) return only.id;
  throw new Problem('invalid', {
    errors: [
      {
        pointer: '/stockLocationId',
        message: `Say where the accessories come from: ${[only, ...others].map(({ name }) => name).join(' and ')} have them.`,
      },
    ],
  });
}

/** Rule 5: which accessories there are too few of, and how many there are; without a place, in all of them. */
export function accessoriesShort(wanted: Wanted[], locationId?: string): Problem {
  const most = (one: Wanted) =>
    locationId ? thereAt(one, locationId) : Math.max(0, ...one.stock.map(({ quantity }) => quantity));
  const short = wanted.filter((one) => most(one) < one.quantity);
  const lines = short.length ? short : wanted;
  const words = lines.map(({ kind, quantity, stock }) => {
    const there = stock
      .filter(({ location, quantity }) => quantity > 0 && (!locationId || location.id === locationId))
      .map(({ location, quantity }) => `${quantity} at ${location.name}`);
    return `${kind}: ${quantity} wanted, ${there.join(' and ') || (locationId ? 'none there' : 'none in stock')}.`;
  });
  return new Problem('accessories-short', {
    detail: [...words, ...(short.length ? [] : ['No one place has them all.'])].join(' '),
    accessories: lines.map((one) => ({ kind: one.kind, wanted: one.quantity, available: most(one) })),
  });
}

/**
 * The lines of a kit that go without, each with its reason.
 * @throws Problem `kit-incomplete` naming each line that is missing without one
 */
export function kitGapsOf(
  kit: KitToIssue | null,
  devices: DeviceToIssue[],
  { accessories = [], kitGaps = [] }: Asked,
): KitGap[] {
  if (!kit) return [];
  const { missing } = fillKit(kit.lines, devices, accessories);
  const reasons = new Map(kitGaps.map(({ line, reason }) => [line, reason.trim()]));
  const unexplained = missing.filter(({ line }) => !reasons.get(line));
  if (unexplained.length)
    throw new Problem('kit-incomplete', {
      detail: `Missing of ${kit.name}: ${unexplained.map(missingWords).join(', ')}. Add it, or say why it goes without.`,
      lines: unexplained.map((line) => ({ line: line.line, what: lineName(line), missing: line.missing })),
    });
  return missing.map((line) => ({
    line: line.line,
    what: missingWords(line),
    reason: reasons.get(line.line)!,
  }));
}

const missingWords = (line: KitLine & { missing: number }) => lineWords({ ...line, quantity: line.missing });

/** The first kit whose devices meet just the needs of a referral that are open. */
export function kitFor<K extends KitToIssue>(kits: K[], openNeeds: Need[]): K | undefined {
  const wanted = openNeeds.filter((need) => need !== 'support').sort();
  return kits.find(({ lines }) => {
    const devices = lines.flatMap(({ deviceKind, withData }) =>
      deviceKind ? { kind: deviceKind, hasDataPlan: withData } : [],
    );
    return wanted.length > 0 && needsMet(devices).sort().join() === wanted.join();
  });
}

/** What came back or goes out of the accessories, in words: `Charger × 1, Case × 1`. */
export const accessoryWords = (accessories: { kind: string; quantity: number }[]) =>
  accessories.map(timesWords);

/** How many of an accessory of a loan are still out. */
export const outOf = ({
  quantity,
  returned,
  writtenOff,
}: {
  quantity: number;
  returned: number;
  writtenOff: number;
}) => quantity - returned - writtenOff;

import { type DeviceKind, kindsThatMeet, kindWord } from '../../stock/devices/device-kinds.rules.ts';
import { meetsOf, type StockNeed, stockNeeds } from './allocation.rules.ts';

/** What of a place on the waiting list decides why it waits. Dates are civil dates. */
export type Waits = {
  /** Open needs for which nothing is held. */
  toFind: StockNeed[];
  held: { assetTag: string; expiresOn: string | null }[];
  passedOver: { on: string; reason: string } | null;
};
type Ready = { kind: DeviceKind; hasDataPlan: boolean; count: number };

export const waitingReasons = ['held', 'in_stock', 'no_stock', 'passed_over'] as const;
export type WaitingReason = { reason: (typeof waitingReasons)[number]; text: string };

/** The ready stock that meets a need now, by kind. */
export function stockFor(needs: StockNeed[], stock: Ready[]): ({ need: StockNeed } & Ready)[] {
  return needs.flatMap((need) =>
    stock.filter((ready) => meetsOf(ready, [need]).length).map((ready) => ({ need, ...ready })),
  );
}

/** Why someone waits: what is held for them, what stock could meet now, and that they were passed over. */
export function reasonsFor({ toFind, held, passedOver }: Waits, stock: Ready[]): WaitingReason[] {
  const found = stockFor(toFind, stock);
  const reasons: WaitingReason[] = held.map(({ assetTag, expiresOn }) => ({
    reason: 'held',
    text: `${assetTag} is held${expiresOn ? ` until ${expiresOn}` : ''}.`,
  }));
  for (const need of stockNeeds.filter((need) => toFind.includes(need))) {
    const ready = found.filter((one) => one.need === need);
    reasons.push(
      ready.length
        ? { reason: 'in_stock', text: `${couldBeGiven[need]}: ${kindsInWords(ready, need)}.` }
        : { reason: 'no_stock', text: nothingReady[need] },
    );
  }
  if (passedOver && toFind.length)
    reasons.push({
      reason: 'passed_over',
      text: `Passed over on ${passedOver.on}: ${passedOver.reason.replace(/[.\s]*$/, '')}.`,
    });
  return reasons;
}

const couldBeGiven: Record<StockNeed, string> = {
  device: 'A device could be given now',
  data: 'Data could be given now',
};
const nothingReady: Record<StockNeed, string> = {
  device: `No ${kindsThatMeet('device')} is ready.`,
  data: 'Nothing with mobile data is ready.',
};

/** `3 tablets, 1 laptop`; of what brings data only by its plan, `2 tablets with data`. */
function kindsInWords(ready: Ready[], need: StockNeed): string {
  const counts = new Map<string, { name: (several: string) => string; count: number }>();
  for (const { kind, hasDataPlan, count } of ready) {
    const byPlan = need === 'data' && hasDataPlan && !meetsOf({ kind, hasDataPlan: false }, ['data']).length;
    const name = (several: string) => `${kindWord(kind)}${several}${byPlan ? ' with data' : ''}`;
    const before = counts.get(name(''));
    counts.set(name(''), { name, count: (before?.count ?? 0) + count });
  }
  return [...counts.values()].map(({ name, count }) => `${count} ${name(count === 1 ? '' : 's')}`).join(', ');
}

import type { DeviceKind } from '../../stock/devices/device-kinds.rules.ts';
import { binomial, type Chance, doubt, rowsOfChance } from './chance.rules.ts';
import { aheadOf, byKind, byNeed, type Flows } from './flows.rules.ts';
import { ahead, type Need, needOf, needs } from './history.rules.ts';
import { growOlder, queueOf, waitingIn } from './queue.rules.ts';

/** What would be otherwise: each is a difference to how things are. */
export type Wishes = {
  /** Devices a month, more or fewer, by kind. */
  devices: Partial<Record<DeviceKind, number>>;
  /** Referrals, in percent. */
  referrals: number;
  /** Weeks that loans last longer, or shorter. */
  loanWeeks: number;
  /** Hours a week that supporters have. */
  hours: number;
};
export const asItIs: Wishes = { devices: {}, referrals: 0, loanWeeks: 0, hours: 0 };

/** How far loans may be made shorter, in weeks: so much further ahead than asked their ends are drawn. */
export const mostShorter = 13;
/** So many weeks that follow each other are drawn together, so that what belongs together stays so. */
const block = 4;
/** Numbers of all runs by week: that of a run is at `week * runs + run`. */
export type Series = Float64Array;
export type Simulated = {
  weeks: number;
  runs: number;
  ready: Record<DeviceKind, Series>;
  waiting: Record<Need, Series>;
  /** For how many weeks at most whoever waits at the end of a week has waited. */
  longest: Record<Need, Series>;
  /** Within how many weeks whoever joins on the first day is served, by run; one more than there are weeks: later. */
  joining: Record<Need, Float64Array>;
  hours: Series;
};

/**
 * Lets the coming weeks happen many times: gifts, referrals and new support plans are those of weeks that were, drawn
 * in blocks (a bootstrap of blocks of weeks, Künsch 1989, out of a sample that is drawn for each run itself, for so
 * little history says not exactly how things go); loans end, come back, are prepared again and needs are met as
 * likely as they did at the same age. What is known, such as follow-ups that are planned, is not drawn.
 */
export function simulate(
  flows: Flows,
  { weeks, runs, seed, wishes }: { weeks: number; runs: number; seed: number; wishes: Wishes | null },
): Simulated {
  const series = () => new Float64Array(weeks * runs);
  const simulated: Simulated = {
    weeks,
    runs,
    ready: byKind(series),
    waiting: byNeed(series),
    longest: byNeed(series),
    joining: byNeed(() => new Float64Array(runs).fill(weeks + 1)),
    hours: series(),
  };
  const sums = sumsOf(flows, weeks, wishes ? weeks + mostShorter : weeks);
  const setting = { flows, wishes: wishes ?? asItIs, into: simulated, sums };
  const row = rowsOfChance(seed);
  for (let number = 0; number < runs; number++) oneRun(setting, number, row);
  return simulated;
}

/** The hazards of what is out, or being prepared, added up for the coming weeks: the same in every run. */
function sumsOf(flows: Flows, weeks: number, far: number) {
  return {
    out: byKind((kind) => aheadOf(flows.ending, flows.out[kind], far)),
    inPreparation: byKind((kind) => aheadOf(flows.preparing, flows.inPreparation[kind], weeks)),
    newLoan: ahead(flows.ending, 0, far),
    newPreparing: ahead(flows.preparing, 0, weeks),
  };
}

type Setting = { flows: Flows; wishes: Wishes; into: Simulated; sums: ReturnType<typeof sumsOf> };
type Run = ReturnType<typeof beginRun>;

/** A run as it begins: a row of chance for each thing that is drawn, how sure each rate is, and how things stand. */
function beginRun({ flows, into }: Setting, row: () => Chance) {
  const [weeks, rates, lasting, returning, meeting, joining, lending, calling] = [
    ...[row(), row(), row(), row()],
    ...[row(), row(), row(), row()],
  ] as [Chance, Chance, Chance, Chance, Chance, Chance, Chance, Chance];
  const begun = flows.starts.reduce((sum, one) => sum + one, 0);
  return {
    chance: { lasting, returning, meeting, joining, lending, calling },
    drawn: drawWeeks(flows.looked, into.weeks, weeks),
    doubt: {
      ending: doubt(flows.ending.events, rates),
      preparing: doubt(flows.preparing.events, rates),
      meeting: byNeed((need) => doubt(flows.meeting[need].events, rates)),
      profile: doubt(begun, rates),
    },
    stock: { ...flows.stock },
    /** Devices that are prepared again, by the week in which they are. */
    again: byKind(() => new Float64Array(into.weeks)),
    queues: byNeed((need) => queueOf(flows.queue[need])),
    joined: byNeed(() => false),
    /** Parts of a device or a person that wait for the rest of one. */
    parts: { more: byKind(() => 0), arrivals: byNeed(() => 0), used: byNeed(() => 0) },
  };
}

function oneRun(setting: Setting, number: number, row: () => Chance): void {
  const { flows, sums, into } = setting;
  const run = beginRun(setting, row);
  for (const kind of flows.kinds) {
    for (const { count, sums: ends } of sums.out[kind]) {
      // Most do not end within the weeks looked at: how many do is one draw.
      const ending = 1 - Math.exp(-ends[ends.length - 1]! * run.doubt.ending);
      const those = binomial(count, ending, run.chance.lasting);
      const within = () => 1 - ending * run.chance.lasting();
      for (let one = 0; one < those; one++) endLoan(setting, run, { kind, begun: 0, ends }, within);
    }
    for (const { count, sums: ends } of sums.inPreparation[kind])
      for (let one = 0; one < count; one++) {
        const week = drawEnd(ends, run.doubt.preparing, run.chance.returning);
        if (week < into.weeks) run.again[kind][week]! += 1;
      }
  }
  for (let week = 0; week < into.weeks; week++) {
    const at = week * into.runs + number;
    for (const kind of flows.kinds) stockUp(setting, run, kind, week);
    for (const need of needs) {
      if (meetNeeds(setting, run, need, week)) into.joining[need][number] = week + 1;
      into.waiting[need][at] = waitingIn(run.queues[need]);
      into.longest[need][at] = growOlder(run.queues[need]);
    }
    for (const kind of flows.kinds) into.ready[kind][at] = run.stock[kind];
    into.hours[at] = hoursOf(setting, run, week);
  }
}

type Loan = { kind: DeviceKind; begun: number; ends: Float64Array };

/** Draws when a loan ends, whether the device comes back, and when it is prepared again then. */
function endLoan({ flows, wishes, into, sums }: Setting, run: Run, loan: Loan, chance: Chance): void {
  const end = drawEnd(loan.ends, run.doubt.ending, chance);
  if (end === loan.ends.length) return;
  const isBack = run.chance.returning() < flows.back;
  const lag = drawEnd(sums.newPreparing, run.doubt.preparing, run.chance.returning);
  const week = Math.max(loan.begun, loan.begun + end + wishes.loanWeeks) + lag;
  if (isBack && week < into.weeks) run.again[loan.kind][week]! += 1;
}

/** What comes onto the shelf in a week and leaves it without being lent. */
function stockUp({ flows, wishes }: Setting, run: Run, kind: DeviceKind, week: number): void {
  const gone = binomial(run.stock[kind], flows.going, run.chance.lending);
  const more = wholeOf(run.parts.more, kind, ((wishes.devices[kind] ?? 0) * 12) / 52);
  const came = flows.fresh[kind][run.drawn[week]!]! + run.again[kind][week]!;
  run.stock[kind] = Math.max(0, run.stock[kind] - gone + came + more);
}

/**
 * A week of those who wait for one thing: some come, who has waited longest is served first as far as there is
 * something to lend, and some no longer want it.
 * @returns whether the turn came of one who joined on the first day
 */
function meetNeeds(setting: Setting, run: Run, need: Need, week: number): boolean {
  const { flows, wishes, sums } = setting;
  const { stock, chance, parts } = run;
  const queue = run.queues[need];
  const kinds = flows.kinds.filter((kind) => needOf(kind) === need);
  const came = flows.arrivals[need][run.drawn[week]!]! * (1 + wishes.referrals / 100);
  queue.byAge[0]! += wholeOf(parts.arrivals, need, came);

  // One person may take several devices, or none where a device that they have meets it.
  const lent = kinds.reduce((sum, kind) => sum + flows.lent[kind], 0);
  const each = flows.met[need] ? lent / flows.met[need] : 1;
  const there = kinds.reduce((sum, kind) => sum + stock[kind], 0);
  let left = each > 0 ? Math.floor(there / each + tiny) : Number.POSITIVE_INFINITY;
  let served = 0;
  let turn = false;
  for (let age = Math.max(queue.oldest, week); age >= 0; age--) {
    const likely = 1 - Math.exp(-flows.meeting[need].byAge[age]! * run.doubt.meeting[need]);
    const those = Math.min(left, binomial(queue.byAge[age]!, likely, chance.meeting));
    served += those;
    left -= those;
    if (age === week && !run.joined[need] && chance.joining() < likely && left > 0) {
      run.joined[need] = true;
      turn = true;
    }
    const rest = queue.byAge[age]! - those;
    const dropping = 1 - Math.exp(-flows.dropping[need].byAge[age]!);
    queue.byAge[age] = rest - binomial(rest, dropping, chance.meeting);
  }
  const used = wholeOf(parts.used, need, served * each);
  for (let one = 0; one < used; one++) {
    const kind = kindToLend(kinds, flows.lent, stock, chance.lending);
    if (!kind) break;
    stock[kind] -= 1;
    endLoan(setting, run, { kind, begun: week, ends: sums.newLoan }, chance.lending);
  }
  return turn;
}

/** What is left of a sum of thirds is still one. */
const tiny = 1e-9;

/** Adds to what waits for the rest of one, and takes the whole ones out. */
function wholeOf<Key extends string>(parts: Record<Key, number>, key: Key, more: number): number {
  parts[key] += more;
  const whole = Math.trunc(parts[key] + tiny * Math.sign(parts[key]));
  parts[key] -= whole;
  return whole;
}

/** The weeks of the past that the coming ones are like: out of a sample of them, each in blocks. */
function drawWeeks(looked: number, weeks: number, chance: Chance): number[] {
  const draw = (from: number[], length: number) => {
    const drawn: number[] = [];
    while (drawn.length < length) {
      const start = Math.floor(chance() * from.length);
      for (let next = 0; next < block; next++) drawn.push(from[(start + next) % from.length]!);
    }
    return drawn.slice(0, length);
  };
  const all = Array.from({ length: looked }, (_, week) => week);
  return draw(draw(all, looked), weeks);
}

/** In how many weeks something ends, by its hazards added up; as many as there are: not within them. */
function drawEnd(sums: Float64Array, doubted: number, chance: Chance): number {
  const enough = -Math.log(chance()) / doubted;
  let [first, after] = [0, sums.length];
  while (first < after) {
    const middle = (first + after) >> 1;
    if (sums[middle]! < enough) first = middle + 1;
    else after = middle;
  }
  return first;
}

/** Which kind goes out: as often as it did, or what there is most of where that one is not there. */
function kindToLend(
  kinds: DeviceKind[],
  lent: Record<DeviceKind, number>,
  stock: Record<DeviceKind, number>,
  chance: Chance,
): DeviceKind | undefined {
  let place = chance() * kinds.reduce((sum, kind) => sum + lent[kind], 0);
  const usual = kinds.find((kind) => {
    place -= lent[kind];
    return place < 0;
  });
  if (usual && stock[usual] > 0) return usual;
  const [most] = kinds.toSorted((one, other) => stock[other] - stock[one]);
  return most && stock[most] > 0 ? most : undefined;
}

/** The hours of follow-ups of a week: of those planned already, of the plans that begin, and of those without a plan. */
function hoursOf({ flows, wishes }: Setting, { drawn, doubt, chance }: Run, week: number): number {
  const { count, minutes } = flows.planned[week]!;
  let planned = 0;
  for (let before = 0; before <= week && before < flows.profile.length; before++)
    planned += flows.starts[drawn[week - before]!]! * flows.profile[before]!;
  const known = count ? (binomial(count, flows.kept, chance.calling) * minutes) / count : 0;
  const begun = planned * (1 + wishes.referrals / 100) * doubt.profile;
  return (known + begun + flows.extra[drawn[week]!]!) / 60;
}

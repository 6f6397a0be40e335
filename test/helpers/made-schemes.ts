import type { Chance } from '../../src/office/forecast/chance.rules.ts';
import type {
  DeviceSpell,
  History,
  KnownAhead,
  SupportRow,
  Wait,
} from '../../src/office/forecast/history.rules.ts';

/** Schemes that lend tablets and are made up: as their history reads, with what came after the day as well. */
export type Rates = {
  /** Tablets given in a week, people referred in a week, and the share that gets one in a week in which there are. */
  fresh: number;
  arrivals: number;
  served: number;
  /** Weeks that a loan lasts on average, and that preparing takes. */
  loan: number;
  preparing: number;
  /** Minutes of a call, two and six weeks after someone was referred. */
  minutes: number;
};

export const nothingKnown: KnownAhead = { dataEnds: [], dueBack: [], supporters: 2, unsaid: 0, minutes: 600 };

/** A Poisson number (Knuth). */
function poisson(mean: number, chance: Chance): number {
  let left = Math.exp(mean) * chance();
  let number = 0;
  while (left > 1) {
    left *= chance();
    number++;
  }
  return number;
}

/** How many weeks something lasts that ends in any week as likely. */
const lasting = (mean: number, chance: Chance) => Math.floor(-Math.log(chance()) * mean);

/**
 * A scheme whose tablets and people come by chance (Poisson) at known rates and whose loans last as long as chance has
 * it (exponential), from one week to another.
 */
export function schemeByChance(rates: Rates, first: number, last: number, chance: Chance): History {
  const devices: DeviceSpell[] = [];
  const waits: Wait[] = [];
  const support: SupportRow[] = [];
  const ready: DeviceSpell[] = [];
  const again = new Map<number, number>();
  const prepare = (week: number, fresh: boolean) => {
    const spell: DeviceSpell = {
      what: 'prepared',
      kind: 'tablet',
      from: week,
      to: null,
      how: null,
      fresh,
      count: 1,
    };
    devices.push(spell);
    ready.push(spell);
  };
  const waiting: Wait[] = [];
  for (let week = first; week <= last; week++) {
    const given = poisson(rates.fresh, chance) + (week === first ? 3 * rates.fresh : 0);
    for (let one = 0; one < given; one++) prepare(week, true);
    for (let one = 0; one < (again.get(week) ?? 0); one++) prepare(week, false);
    const came = poisson(rates.arrivals, chance);
    for (let one = 0; one < came; one++) {
      const wait: Wait = { need: 'device', from: week, to: null, how: null, count: 1 };
      waits.push(wait);
      waiting.push(wait);
      support.push({ start: week, made: week, due: null, off: null, count: 1, minutes: 0 });
      for (const offset of [2, 6])
        support.push({
          start: week,
          made: week,
          due: week + offset,
          off: null,
          count: 1,
          minutes: rates.minutes,
        });
    }
    for (const wait of [...waiting]) {
      if (!ready.length || chance() > rates.served) continue;
      waiting.splice(waiting.indexOf(wait), 1);
      Object.assign(wait, { to: week, how: 'met' });
      Object.assign(ready.shift()!, { to: week, how: 'lent' });
      const end = week + lasting(rates.loan, chance);
      const done = end + lasting(rates.preparing, chance);
      const loan = { kind: 'tablet' as const, fresh: false, count: 1 };
      devices.push({ ...loan, what: 'loan', from: week, to: end, how: 'back' });
      devices.push({ ...loan, what: 'preparing', from: end, to: done, how: 'prepared' });
      again.set(Math.max(done, week + 1), (again.get(Math.max(done, week + 1)) ?? 0) + 1);
    }
  }
  return { devices, waits, support };
}

/**
 * A scheme without chance, for as many weeks as are said before the day: each week twelve people come and get a tablet
 * at once, twelve tablets are given, each loan lasts ten weeks, and preparing takes two. Thirty more stand ready from the
 * first week on.
 */
export function steadyScheme(weeks: number): History {
  const each = Array.from({ length: weeks }, (_, place) => place - weeks);
  const tablet = { kind: 'tablet' as const, count: 12 };
  return {
    devices: [
      { ...tablet, what: 'prepared', from: -weeks, to: null, how: null, fresh: true, count: 30 },
      ...each.flatMap((week): DeviceSpell[] => [
        { ...tablet, what: 'prepared', from: week, to: week, how: 'lent', fresh: true },
        { ...tablet, what: 'loan', from: week, to: week + 10, how: 'back', fresh: false },
        { ...tablet, what: 'preparing', from: week + 10, to: week + 12, how: 'prepared', fresh: false },
        { ...tablet, what: 'prepared', from: week + 12, to: null, how: null, fresh: false },
      ]),
    ],
    waits: each.map((week) => ({ need: 'device', from: week, to: week, how: 'met', count: 12 })),
    support: each.flatMap((week): SupportRow[] => [
      { start: week, made: week, due: null, off: null, count: 12, minutes: 0 },
      { start: week, made: week, due: week + 3, off: null, count: 12, minutes: 360 },
    ]),
  };
}

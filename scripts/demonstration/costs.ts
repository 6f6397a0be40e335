import { addCost, changeBoughtNew } from '../../src/office/costs/cost.commands.ts';
import { costHalfYears } from '../../src/office/costs/cost.rules.ts';
import type { NewCost } from '../../src/office/costs/cost.schemas.ts';
import { makePaper } from '../../src/office/reports/paper.commands.ts';
import { paperYears } from '../../src/office/reports/paper.rules.ts';
import type { Context } from '../../src/shared/actor.ts';
import { today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';

const spent: Omit<NewCost, 'from'>[] = [
  { kind: 'staff', pence: 1_386_000, hours: 630, note: 'Two officers, part of their time' },
  { kind: 'data', pence: 212_450 },
  { kind: 'repairs', pence: 48_900 },
  { kind: 'other', pence: 31_000, note: 'Posting, cases and printing' },
];

/** What the scheme spent in its last two half-years, what its devices would cost new, and the paper of that year. */
export async function tellCosts(deps: Deps, manager: Context): Promise<void> {
  for (const [turn, from] of costHalfYears(today(deps.clock)).slice(1, 3).entries())
    for (const cost of spent)
      await addCost(deps, manager, { ...cost, from, pence: cost.pence - turn * 10_000 });
  await changeBoughtNew(
    deps,
    { ...manager, ifMatch: '*' },
    { tablet: 14_900, phone: 11_900, laptop: 32_900, dongle: 3_900, router: 5_900, sim: 100 },
  );
  await makePaper(deps, manager, paperYears(today(deps.clock))[0]![1].to);
}

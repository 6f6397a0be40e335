import { dispatch } from '../messages/dispatch.commands.ts';
import { runNightly } from '../nightly/nightly.commands.ts';
import { fixedClock } from '../shared/clock.ts';
import type { Deps } from '../shared/deps.ts';
import { completeTask } from '../tasks/task.commands.ts';
import { createAgenda } from './demonstration/agenda.ts';
import { createCalls } from './demonstration/calls.ts';
import { planMishaps } from './demonstration/mishaps.ts';
import { makePatients } from './demonstration/people.ts';
import { createNumbers, createRandom } from './demonstration/random.ts';
import { type Scheme, setUpScheme } from './demonstration/scheme.ts';
import { createStock } from './demonstration/stock.ts';
import { makeStories } from './demonstration/stories.ts';
import { lendToLibrary, referAgain, tell } from './demonstration/tell.ts';

/** Days of the past that are told, and for how many of the last working days messages went out. */
const daysBack = 290;
const messageDays = 25;

/**
 * Fills an empty database with a scheme nearly ten months old, through the commands, each with a clock
 * that stands at its moment: places, staff, stock, patients, referrals, loans, support calls and the
 * messages that went out. Names, tags, references and dates are the same each time for the same day;
 * ids, passwords and keys are not.
 * @returns the ways in: staff with passwords, and a key of an officer's and of a clinic's client
 */
export async function loadDemonstration(given: Deps) {
  const deps: Deps = { ...given, config: { ...given.config, ALLOW_TEST_PHONE_NUMBERS: true } };
  const random = createRandom(2208);
  const numbers = createNumbers(random);
  const agenda = await createAgenda(deps, daysBack);
  const scheme = await setUpScheme({ ...deps, clock: fixedClock(`${agenda.workingDays[0]}T08:00:00Z`) });
  const stock = createStock(agenda, random, numbers, scheme);
  const calls = createCalls(agenda, random, scheme);
  const world = { agenda, stock, scheme, random, calls };

  const patients = makePatients(random, numbers);
  const stories = makeStories();
  for (const [place, story] of stories.entries()) tell(world, story, patients[place]!, place);
  lendToLibrary(world);
  planMishaps(world);
  const returned = stories.flatMap((story, place) =>
    story.returnedAgo && !story.partly && patients[place]!.nhsNumber ? [place] : [],
  );
  for (const [turn, place] of returned.slice(3, 5).entries()) referAgain(world, patients[place]!, turn);
  agenda.at(agenda.daysAgo(17), '15:30', (deps) =>
    stock.reopen(deps, 'tablet', 'The donor’s account still locks it.'),
  );
  agenda.at(agenda.daysAgo(4), '15:30', (deps) =>
    stock.reopen(deps, 'phone', 'The battery does not last an hour.'),
  );

  agenda.at(agenda.daysAgo(21), '16:00', (deps) => completeTasks(deps, scheme));

  for (const day of agenda.workingDays.slice(-messageDays)) {
    agenda.at(day, '03:15', (deps) => runNightly(deps));
    agenda.at(day, '09:05', (deps) => dispatch(deps));
    agenda.at(day, '13:20', (deps) => dispatch(deps));
  }
  await agenda.run();
  return { staff: scheme.staff, keys: scheme.keys };
}

/** What was to be done up to now was done. */
async function completeTasks(deps: Deps, { officers }: Scheme): Promise<void> {
  const tasks = await deps.db
    .selectFrom('task')
    .select('id')
    .where('status', '=', 'open')
    .orderBy('created_at')
    .execute();
  for (const { id } of tasks) await completeTask(deps, officers[0]!, id);
}

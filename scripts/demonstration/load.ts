import { sql } from 'kysely';
import { dispatch } from '../../src/messages/dispatch.commands.ts';
import { receiveText } from '../../src/messages/inbound.commands.ts';
import { runNightly } from '../../src/office/nightly/nightly.commands.ts';
import { changeRetention } from '../../src/privacy/retention.commands.ts';
import { getRetention, retentionTag } from '../../src/privacy/retention.queries.ts';
import { addDays, fixedClock, today } from '../../src/shared/clock.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { etagOf } from '../../src/shared/etag.ts';
import { closeDays } from '../../src/support/closed-days.commands.ts';
import { addDropIn, addDropInPerson, changeDropIn } from '../../src/support/drop-in.commands.ts';
import { addPageTopic } from '../../src/support/page-topic.commands.ts';
import { ageBands } from '../../src/support/support.rules.ts';
import { addVisitor, countPages } from '../../src/support/tally.commands.ts';
import { completeTask, mayClose } from '../../src/tasks/closing.commands.ts';
import { ruleOf, type TaskKind } from '../../src/tasks/task.rules.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import { createCalls } from './calls.ts';
import { tellCosts } from './costs.ts';
import { makeLinks } from './links.ts';
import { askPeople } from './measures.ts';
import { planMishaps } from './mishaps.ts';
import { lendToLibrary, referAgain, tellPatientStory } from './patient-story.ts';
import { makePatients } from './people.ts';
import { createNumbers, createRandom } from './random.ts';
import { describeThemselves } from './reached.ts';
import { type Scheme, setUpScheme } from './scheme.ts';
import { createStock } from './stock.ts';
import { makeStories } from './stories.ts';
import { suggestTheLibrary, thinkAboutPrivateSpace } from './suggestions.ts';
import { askOneByLink, tellStories } from './told.ts';

/** Days of the past that are told, and for how many of the last working days messages went out. */
const daysBack = 290;
const messageDays = 25;

/**
 * Fills an empty database with a scheme nearly ten months old, through the commands, each with a clock
 * that stands at its moment: places, staff, stock, patients, referrals, loans, support calls and the
 * messages that went out. Names, tags, references and dates are the same each time for the same day;
 * ids, passwords and keys are not.
 * @returns the ways in: staff with passwords, a key of an officer's and of a clinic's client, and addresses that want no sign-in
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
  for (const [place, story] of stories.entries()) tellPatientStory(world, story, patients[place]!, place);
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

  holdDropIns(agenda, scheme);
  agenda.at(agenda.daysAgo(2), '15:45', (deps) => answerAText(deps));

  agenda.at(agenda.daysAgo(21), '16:00', (deps) => completeTasks(deps, scheme));
  // The earlier day lies before the latest half-year was settled, whatever today is: so it is counted.
  for (const days of [200, 45])
    agenda.at(agenda.daysAgo(days), '16:00', (deps) => describeThemselves(deps, scheme.officers[0]!));
  agenda.at(agenda.daysAgo(15), '16:00', (deps) => askPeople(deps, scheme.officers[0]!));
  agenda.at(agenda.daysAgo(120), '16:30', (deps) => suggestTheLibrary(deps, scheme.manager));
  agenda.at(agenda.daysAgo(3), '16:30', (deps) => thinkAboutPrivateSpace(deps, scheme.manager));
  agenda.at(agenda.daysAgo(12), '16:00', (deps) => tellStories(deps, scheme.officers[0]!));
  agenda.at(agenda.daysAgo(1), '11:00', (deps) => askOneByLink(deps, scheme.officers[0]!));
  agenda.at(agenda.daysAgo(20), '16:00', (deps) => keepPeople(deps, scheme));
  agenda.at(agenda.lastDay, '16:00', (deps) => close(deps, scheme));
  agenda.at(agenda.lastDay, '16:30', (deps) => tellCosts(deps, scheme.manager));

  for (const day of agenda.workingDays.slice(-messageDays)) {
    agenda.at(day, '03:15', (deps) => runNightly(deps));
    agenda.at(day, '09:05', (deps) => dispatch(deps));
    agenda.at(day, '13:20', (deps) => dispatch(deps));
  }
  await agenda.run();
  return { staff: scheme.staff, keys: scheme.keys, links: await makeLinks(deps, scheme) };
}

/** Help for whoever comes to the library, last month, last week and next week; what its tablets are used for is counted. */
function holdDropIns(agenda: Agenda, { library, officers, supporters, manager }: Scheme): void {
  const [officer, supporter] = [officers[0]!, supporters[0]!];
  const supporterId = supporter.actor.id!;
  const topics: string[] = [];
  agenda.at(agenda.daysAgo(29), '09:00', async (deps) => {
    const { id: health } = await addPageTopic(deps, manager, { name: 'Health' });
    const { id: mental } = await addPageTopic(deps, manager, { name: 'Mental health', partOf: health });
    const { id: money } = await addPageTopic(deps, manager, { name: 'Money and benefits' });
    topics.push(health, mental, money);
  });
  for (const [turn, daysAgo] of [28, 7].entries())
    agenda.at(agenda.daysAgo(daysAgo), '17:00', async (deps) => {
      const heldOn = today(deps.clock);
      const { id, changedAt } = await addDropIn(deps, officer, {
        locationId: library,
        heldOn,
        startsAt: '14:00',
        minutes: 120,
        supporterId,
      });
      await changeDropIn(deps, { ...officer, ifMatch: etagOf(id, changedAt) }, id, { others: 3 + turn });
      const { rows } = await sql<{
        id: string;
      }>`select id from patient where merged_into is null order by id limit 3`.execute(deps.db);
      for (const { id: patientId } of rows)
        await addDropInPerson(deps, officer, id, { patientId, topics: ['connecting', 'online_services'] });
      for (let visitor = 0; visitor < 8 + turn; visitor++)
        await addVisitor(deps, supporter, id, {
          cameBefore: visitor % 3 === 2,
          ageBand: ageBands[visitor % ageBands.length]!,
          topics: visitor % 2 ? ['managing_health'] : ['connecting'],
        });
      await countPages(deps, { ...supporter, ifMatch: '*' }, id, {
        sharedSessions: 6 + turn,
        pages: topics.map((topicId, place) => ({ topicId, pages: [38, 9, 55][place]! })),
      });
    });
  agenda.at(agenda.daysAgo(1), '10:00', async (deps) => {
    await addDropIn(deps, officer, {
      locationId: library,
      heldOn: addDays(today(deps.clock), 7),
      startsAt: '14:00',
      minutes: 120,
      supporterId,
    });
  });
}

/** Someone wrote back. */
async function answerAText(deps: Deps): Promise<void> {
  const { rows } = await sql<{ value: string }>`
    select value from contact_point where channel = 'sms' and safe and stopped_at is null order by id limit 1`.execute(
    deps.db,
  );
  await receiveText(deps, {
    providerId: 'demonstration',
    from: rows[0]!.value,
    body: 'Thank you. Could you ring me after four? I cannot find the charger.',
  });
}

/** For how long people are kept: so briefly for those who got no help that the night proposes someone. */
async function keepPeople(deps: Deps, { manager }: Scheme): Promise<void> {
  const months = { helpedMonths: 84, notHelpedMonths: 3, deceasedMonths: 36 };
  await changeRetention(deps, { ...manager, ifMatch: retentionTag(await getRetention(deps.db)) }, months);
}

/** Days on which nobody is there, four weeks ahead. Five in a row have a working day, whatever the holidays. */
async function close(deps: Deps, { manager }: Scheme): Promise<void> {
  const from = addDays(today(deps.clock), 28);
  await closeDays(deps, manager, { from, to: addDays(from, 4), title: 'The office moves' });
}

/** What was to be done up to now was done. */
async function completeTasks(deps: Deps, { officers }: Scheme): Promise<void> {
  const officer = officers[0]!;
  const { rows } = await sql<{ id: string; kind: TaskKind }>`
    select id, kind from task where status = 'open' order by created_at, id`.execute(deps.db);
  const spokeOn = today(deps.clock);
  const spoke = { spokeTo: 'The duty desk', spokeOn, spokeAt: '15:30', agreed: 'They see them tomorrow' };
  for (const { id, kind } of rows.filter((task) => mayClose(officer.actor, task.kind)))
    await completeTask(deps, officer, id, ruleOf(kind).bySpeaking ? spoke : { done: 'Rang, and settled it' });
}

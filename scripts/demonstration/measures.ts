import { sql } from 'kysely';
import { changeAskingWishes, recordInvitation } from '../../src/people/asking.commands.ts';
import type { Context } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';
import { addInstrument } from '../../src/support/measures/instrument.commands.ts';
import { askWith } from '../../src/support/measures/measure.commands.ts';

const often = ['Never', 'Rarely', 'Sometimes', 'Often', 'Always'];
const asks = (wording: string, reversed = false) => ({
  wording,
  lowest: 1,
  highest: 5,
  labels: often,
  reversed,
});

/** A questionnaire of the scheme’s own words, which needs no licence. */
export async function addQuestionnaire(deps: Deps, manager: Context): Promise<void> {
  await addInstrument(deps, manager, {
    name: 'Being in touch',
    direction: 'higher',
    licenceNeeded: false,
    licenceNote: 'Written with people who borrow',
    baseline: 'handover',
    repeatWeeks: [12],
    total: 'sum',
    mayMiss: 1,
    items: [
      asks('I can reach the people who matter to me'),
      asks('I feel left out of what goes on online', true),
      asks('I find out what I need to know by myself'),
    ],
  });
}

/** What some people said of being asked, whom the scheme asked to help, and who has the questionnaire on paper. */
export async function askPeople(deps: Deps, officer: Context): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from patient where merged_into is null and erased_at is null and contact_state = 'open' order by id limit 3`.execute(
    deps.db,
  );
  const { rows: instruments } = await sql<{ id: string }>`select id from instrument`.execute(deps.db);
  const [helper, quiet, third] = rows as [{ id: string }, { id: string }, { id: string }];
  const anyVersion = { ...officer, ifMatch: '*' };
  await changeAskingWishes(deps, anyVersion, helper.id, { shapeAYear: 3 });
  await recordInvitation(deps, officer, helper.id, { toWhat: 'Try the new welcome leaflet' });
  await changeAskingWishes(deps, anyVersion, quiet.id, { mostAYear: 2, onlyOnPaper: true });
  await askWith(deps, officer, third.id, {
    instrumentId: instruments[0]!.id,
    way: 'paper',
    answers: [3, 2, 4],
  });
}

import { sql } from 'kysely';
import { bringAreaLookup } from '../../src/people/equality/area.commands.ts';
import { giveEqualityAnswers } from '../../src/people/equality/equality.commands.ts';
import type { NewEqualityAnswers } from '../../src/people/equality/equality.schemas.ts';
import { sayPopulation } from '../../src/people/equality/population.commands.ts';
import type { Context } from '../../src/shared/actor.ts';
import type { Deps } from '../../src/shared/deps.ts';

const madeUp = { source: 'Made up for this demonstration', dated: '2026-01-01' };

/** What the scheme brought to see whether it reaches whom it is for. None of it is a true figure. */
export async function bringPopulation(deps: Deps, manager: Context): Promise<void> {
  const ctx = { ...manager, ifMatch: '*' };
  await sayPopulation(deps, ctx, 'sex', { ...madeUp, shares: { female: 52, male: 48 } });
  await sayPopulation(deps, ctx, 'ethnicity', {
    ...madeUp,
    shares: { asian: 14, black: 16, mixed: 7, white: 55, other: 8 },
  });
  await sayPopulation(deps, ctx, 'disability', { ...madeUp, shares: { yes: 30, no: 70 } });
  const lines = Array.from({ length: 20 }, (_, place) => `N${place + 1}, ${1 + (place % 10)}`).join('\n');
  await bringAreaLookup(deps, ctx, { ...madeUp, name: 'Deprivation, in tenths', lines });
}

const ages = ['25_to_34', '35_to_44', '45_to_54', '55_to_64', '35_to_44'] as const;
const groups = ['white', 'black', 'white', 'asian', 'white', 'black', 'white'] as const;

/** How those describe themselves who were referred up to now and have not said it; every fifth was not asked. */
export async function describeThemselves(deps: Deps, officer: Context): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from patient where merged_into is null and erased_at is null
      and not exists (select from equality_answer e where e.patient_id = patient.id) order by id`.execute(
    deps.db,
  );
  for (const [place, { id }] of rows.entries()) {
    if (place % 5 === 4) continue;
    const answers: NewEqualityAnswers = {
      age: ages[place % ages.length]!,
      sex: place % 2 ? 'female' : 'male',
      gender: place % 13 ? 'yes' : 'rather_not_say',
      ethnicity: groups[place % groups.length]!,
      disability: place % 3 ? 'no' : 'yes',
      postcode: `N${1 + (place % 4)}`,
    };
    await giveEqualityAnswers(deps, { ...officer, ifMatch: '*' }, id, answers);
  }
}

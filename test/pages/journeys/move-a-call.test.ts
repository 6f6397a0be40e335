import t from 'tap';
import { morningOfCalls } from '../../helpers/calls.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';

t.setTimeout(400_000);

t.test('a call is moved to a time that is free', async (t) => {
  const { page } = await morningOfCalls(t);
  const hands = handsOn(page);
  await hands.go(page.getByRole('link', { name: /^Move Amal Example/ }).nth(2));
  await hands.choose(page.getByLabel('Why it changes'), 'not_said');
  await hands.go(page.getByRole('button', { name: 'Move to Tuesday 24 November 2026, 11am' }));
  await page.getByText('Moved to Tuesday 24 November 2026 at 11am.').waitFor();
  holdJourney(t, 'move-a-call', hands.taken);
});

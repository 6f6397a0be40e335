import t from 'tap';
import { morningOfCalls } from '../../helpers/calls.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';

t.setTimeout(400_000);

t.test('a call that was answered is recorded, and the next one is there', async (t) => {
  const { page, calls } = await morningOfCalls(t);
  const hands = handsOn(page);
  await hands.go(calls.nth(0));
  await hands.press(page.getByLabel('Yes', { exact: true }));
  await hands.press(page.getByLabel('4', { exact: true }));
  await hands.press(page.getByLabel('Weekly', { exact: true }));
  await hands.press(page.getByLabel('Data ran out'));
  await hands.type(page.getByLabel('Note (optional)'), 'Well');
  await hands.go(page.getByRole('button', { name: 'Record', exact: true }));
  await hands.go(page.getByRole('link', { name: 'Next call: 9:20am (3 left today)' }));
  holdJourney(t, 'call-with-answer', hands.taken);
});

import t from 'tap';
import { morningOfCalls } from '../../helpers/calls.ts';
import { handsOn, holdJourney } from '../../helpers/journeys.ts';

t.setTimeout(400_000);

t.test('nobody answers: it is recorded and tried again tomorrow, and the next one is there', async (t) => {
  const { page, calls, db } = await morningOfCalls(t);
  const hands = handsOn(page);
  await hands.go(calls.nth(0));
  await hands.press(page.getByText('No answer: try again'));
  await hands.go(page.getByRole('button', { name: 'Tuesday 24 November 2026, 10am' }));
  const rows = await db
    .selectFrom('follow_up')
    .select(['due_on', 'starts_at', 'status'])
    .orderBy('id')
    .execute();
  t.same(rows.at(-1), { due_on: '2026-11-24', starts_at: '10:00:00', status: 'planned' });
  t.equal(rows.filter(({ status }) => status === 'missed').length, 1);
  await hands.go(page.getByRole('link', { name: 'Next call: 9:20am (3 left today)' }));
  holdJourney(t, 'call-without-answer', hands.taken);
});

import t, { type Test } from 'tap';
import { testApp } from '../helpers/app.ts';
import { thenLoaded } from '../helpers/browser.ts';
import { seedFollowUps } from '../helpers/follow-ups.ts';
import { forms, signedInBrowser, versionIn } from '../helpers/pages.ts';

t.setTimeout(400_000);

t.test('the week by supporter is no wider than a phone, on the fullest of days', async (t) => {
  const { app, as, db, ids } = await testApp(t);
  await seedFollowUps(db, { patients: 6, dueOn: '2026-11-23', each: 2 });
  await seedFollowUps(db, { patients: 2, dueOn: '2026-11-25' });
  await db.updateTable('follow_up').set({ supporter_id: ids.supporter, minutes: 30 }).execute();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const { page, look } = await signedInBrowser(t, baseURL, as.officer);
  await page.goto('/support/week');
  await page
    .getByRole('link', { name: /^Amal Example/ })
    .first()
    .waitFor();
  await look('the week by supporter');
  await page.setViewportSize({ width: 320, height: 740 });
  // The menu folds anew once the window is told of its width.
  await page.waitForFunction('document.documentElement.scrollWidth <= 320');
  t.equal(
    await page.evaluate('document.documentElement.scrollWidth'),
    320,
    'the days stand below each other, without a sideways scroll',
  );
});

/** Calls of the supporter on a Monday and the day after, in a browser. */
async function weekOf(t: Test, { scripts = true } = {}) {
  const made = await testApp(t);
  const { app, as, db, ids } = made;
  const [call] = await seedFollowUps(db, {
    patients: 1,
    dueOn: '2026-11-23',
    startsAt: '11:00',
    channel: 'phone',
  });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-24', startsAt: '11:00', channel: 'phone' });
  await db.updateTable('follow_up').set({ supporter_id: ids.supporter }).execute();
  const baseURL = await app.listen({ host: '127.0.0.1', port: 0 });
  const browser = await signedInBrowser(t, baseURL, as.supporter, { scripts });
  const of = async () =>
    db
      .selectFrom('follow_up')
      .select(['due_on', 'starts_at', 'why'])
      .where('id', '=', call!.followUpId)
      .executeTakeFirstOrThrow();
  return { ...made, ...browser, call: call!, of };
}

t.test('a call is dragged to another day, to the time that is free there, and back by Undo', async (t) => {
  const { page, of } = await weekOf(t);
  await page.goto('/support/week?why=we_cannot');
  const chip = page.locator('[data-move]').first();
  await thenLoaded(page, () => chip.dragTo(page.locator('[data-day="2026-11-24"]')));
  await page.getByText(/^Moved to Tuesday 24 November 2026 at /).waitFor();
  const moved = await of();
  t.equal(moved.due_on, '2026-11-24');
  t.not(moved.starts_at, '11:00:00', 'that is taken by the other call');
  t.equal(moved.why, 'we_cannot');
  t.equal(await page.getByLabel('Why a call moves').inputValue(), 'we_cannot', 'it is asked once');
  await thenLoaded(page, () => page.getByRole('button', { name: 'Undo' }).click());
  t.match(await of(), { due_on: '2026-11-23', starts_at: '11:00:00' });
});

t.test('without a reason a drag asks for it, with the times of that day', async (t) => {
  const { page } = await weekOf(t);
  await page.goto('/support/week');
  await thenLoaded(page, () =>
    page.locator('[data-move]').first().dragTo(page.locator('[data-day="2026-11-25"]')),
  );
  await page.getByRole('heading', { name: /^(One week )?Move Amal Example/ }).waitFor();
  t.equal(await page.getByRole('heading', { level: 2 }).first().textContent(), 'Wednesday 25 November 2026');
});

t.test('a call is moved without script, and a time that was taken meanwhile is refused', async (t) => {
  const { page, look, call, of, app, as, db } = await weekOf(t, { scripts: false });
  await page.goto('/support/week');
  await page
    .getByRole('link', { name: /^Move Amal Example/ })
    .first()
    .click();
  await look('moving a call');
  await page.getByRole('button', { name: 'Move to Wednesday 25 November 2026, 2pm' }).click();
  await page.getByRole('link', { name: 'Choose why, or that no reason is said' }).waitFor();
  await page.getByLabel('Why it changes').selectOption('not_said');
  await page.getByRole('button', { name: 'Move to Wednesday 25 November 2026, 2pm' }).click();
  await page.getByText('Moved to Wednesday 25 November 2026 at 2pm.').waitFor();
  t.match(await of(), { due_on: '2026-11-25', starts_at: '14:00:00', why: null });
  const supporter = forms(app, as.supporter);
  const at = `/follow-ups/${call.followUpId}/moves`;
  const send = async (fields: Record<string, string>) =>
    supporter.post(at, { why: 'not_said', version: versionIn((await supporter.get(at)).body), ...fields });
  const taken = await send({ at: '2026-11-24T11:00' });
  t.equal(taken.statusCode, 422);
  t.match(taken.body, /There is something else at that time. Free next to it is 1\d:\d+am/);
  const weekend = await send({ at: '2026-11-28T11:00' });
  t.equal(weekend.statusCode, 422);
  t.match(weekend.body, 'Nobody works on this day');
  const late = await send({ at: '2026-11-26T11:00', version: '"old"' });
  t.equal(late.statusCode, 412, 'who did not see what it says by now is told');
  t.match(late.body, 'Someone else saved this');
  await db
    .updateTable('contact_point')
    .set({ hours: JSON.stringify([{ days: [4], from: '13:00', to: '15:00' }]) })
    .execute();
  const outside = await send({ at: '2026-11-26T11:00' });
  t.match(outside.body, 'This is outside the hours that they gave. Free next to it is 1pm.');
  t.match(await of(), { due_on: '2026-11-25', starts_at: '14:00:00' });
});

t.test('on a Sunday the week is the coming one', async (t) => {
  const { app, as, db, clock } = await testApp(t, {
    SESSION_IDLE_MINUTES: '600000',
    SESSION_HOURS: '100000',
  });
  await seedFollowUps(db, { patients: 1, dueOn: '2026-11-30' });
  clock.set('2026-11-29T10:00:00Z');
  const { body } = await forms(app, as.officer).get('/support/week');
  t.match(body, '30 November 2026 to 6 December 2026');
  t.match(body, /Amal Example/);
});
